"""Step-down allocation: pools are closed one after the other, in their order; a closed one receives nothing more."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from finance.allocation_run.pool import Outcome, Party, Pool, shared_out


def step_down(pools: Sequence[Pool[Party]]) -> Iterator[Outcome[Party]]:
    """Each pool hands on what it brought and what the pools before it gave to its sources."""
    closed: set[Party] = set()
    received: defaultdict[Party, int] = defaultdict(int)
    for pool in pools:
        closed |= pool.sources.keys()
        more = sum(received[source] for source in pool.sources) if pool.receives else 0
        outcome = shared_out(pool, pool.brought + more, closed)
        for share, amount in outcome.parts():
            received[share.party] += amount
        yield outcome
