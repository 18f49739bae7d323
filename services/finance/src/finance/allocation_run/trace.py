"""Following cost through the pools of a run: up from who bears it to whose it was, and down. Whole units, no I/O."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.problems import Conflict
from finance.allocation_run.elimination import GUARD, Elimination, Row, Unsolvable
from finance.allocation_run.pool import parted

FINE = 10**30


class Untraceable(Conflict, code="finance.allocation-run.untraceable"):
    """Credits and costs offset one another so that shares of them cannot be told."""


@dataclass(frozen=True)
class Source:
    """What a cost object brought into a pool: `own` of it as posted; `kept` is what it got back."""

    own: int
    kept: int


@dataclass(frozen=True)
class TracedPool:
    """`passing` is what the pool gave to cost objects that are sources themselves."""

    code: str
    layer: int
    receives: bool
    cost: int
    sources: dict[UUID, Source] = field(default_factory=dict)
    passing: dict[UUID, int] = field(default_factory=dict)


class Trace:
    """The pools of a run in their order. Proportions are those of the run's own lines."""

    def __init__(self, pools: Sequence[TracedPool]) -> None:
        self._pools = pools
        self._numbers = {pool.code: number for number, pool in enumerate(pools)}
        self._drawn: defaultdict[UUID, list[int]] = defaultdict(list)
        for number, pool in enumerate(pools):
            for source in pool.sources if pool.receives else ():
                self._drawn[source].append(number)
        try:
            self._elimination = Elimination([self._row(pool) for pool in pools])
        except Unsolvable as error:
            raise Untraceable from error

    def origins(self, received: Mapping[str, int]) -> dict[UUID, int]:
        """Of what one party received from pools (by code): how much was posted on each source. Adds up exactly."""
        worth = [0] * len(self._pools)
        for code, amount in received.items():
            number = self._numbers[code]
            worth[number] = amount * FINE // (self._pools[number].cost or 1)
        reached = self._solved(self._elimination.reaching, worth)
        weights: defaultdict[UUID, int] = defaultdict(int)
        for pool, share in zip(self._pools, reached, strict=True):
            for source, brought in pool.sources.items():
                weights[source] += brought.own * share
        return shares_of(sum(received.values()), weights)

    def passed(self, source: UUID) -> dict[str, int]:
        """Of the cost posted on one source: what passes through each pool, as parts of FINE of the pool's cost."""
        own = [pool.sources[source].own if source in pool.sources else 0 for pool in self._pools]
        through = self._solved(self._elimination.arriving, own)
        return {
            pool.code: amount * FINE // (pool.cost * GUARD)
            for pool, amount in zip(self._pools, through, strict=True)
            if amount and pool.cost
        }

    def ending(self, passed: Mapping[str, int]) -> dict[UUID, int]:
        """Of what passes through the pools: what ends on their sources, having nowhere to go on; in units × FINE."""
        ends: defaultdict[UUID, int] = defaultdict(int)
        for code, part in passed.items():
            pool = self._pools[self._numbers[code]]
            for party, amount, next_pool in self._onward(pool):
                if next_pool is None and amount:
                    ends[party] += amount * part
        return ends

    def own(self, source: UUID) -> int:
        """What was posted on it and went into pools."""
        return sum(pool.sources[source].own for pool in self._pools if source in pool.sources)

    def _row(self, pool: TracedPool) -> Row:
        sign = -1 if pool.cost < 0 else 1
        to: defaultdict[int, int] = defaultdict(int)
        for _, amount, next_pool in self._onward(pool):
            if next_pool is not None and amount:
                to[next_pool] += sign * amount
        return Row(to, sign * pool.cost or 1)

    def _onward(self, pool: TracedPool) -> Iterator[tuple[UUID, int, int | None]]:
        """Whom it gave to or who kept it, how much, and the pool that takes it from there: what is received, one of the
        same layer; what is kept, one of a later layer."""
        for party, amount in pool.passing.items():
            yield party, amount, self._next(party, pool.layer)
        for party, source in pool.sources.items():
            yield party, source.kept, self._next(party, pool.layer + 1)

    def _next(self, party: UUID, layer: int) -> int | None:
        return next((number for number in self._drawn[party] if self._pools[number].layer >= layer), None)

    @staticmethod
    def _solved(solve: Callable[[Sequence[int]], list[int]], known: Sequence[int]) -> list[int]:
        try:
            return solve(known)
        except Unsolvable as error:
            raise Untraceable from error


def shares_of(amount: int, weights: Mapping[UUID, int]) -> dict[UUID, int]:
    """The amount in proportion to the weights; those who get nothing of it are left out."""
    total = sum(weights.values())
    if not total:
        if amount:
            raise Untraceable
        return {}
    parts = zip(weights, parted(amount, list(weights.values()), total), strict=True)
    return {party: part for party, part in parts if part}
