"""Direct allocation: each pool goes straight to those who are no source of any pool of its layer."""

from collections.abc import Iterator, Sequence

from finance.allocation_run.pool import Outcome, Party, Pool, shared_out


def direct(pools: Sequence[Pool[Party]]) -> Iterator[Outcome[Party]]:
    closed = {source for pool in pools for source in pool.sources}
    for pool in pools:
        yield shared_out(pool, pool.brought, closed)
