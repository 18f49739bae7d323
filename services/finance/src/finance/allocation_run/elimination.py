"""Solving who ends with how much where pools serve one another: x = d + Aᵀx over sparse shares, to the last digit.

A pool is eliminated by letting whoever gave to it give straight to those whom it serves, its own loops divided out:
state reduction after Grassmann, Taksar and Heyman (1985), which never subtracts, so that floating point loses nothing
to cancellation. The smallest product of givers and receivers goes first (Markowitz). What floating point leaves is
measured in integers and solved for again, until nothing above the guard digits is left.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

GUARD = 10**24
ROUNDS = 40


class Unsolvable(ArithmeticError):
    """Shares so close to a closed loop that their leak cannot be told from nothing."""


@dataclass(frozen=True)
class Row:
    """Of `total` parts, one pool gives `to[q]` to each pool q; the rest leaves. Its own loop is not in it."""

    to: Mapping[int, int]
    total: int

    @property
    def leak(self) -> int:
        return self.total - sum(self.to.values())


@dataclass(frozen=True)
class _Step:
    pool: int
    leaves: float
    to: Mapping[int, float]
    of: Mapping[int, float]


class Elimination:
    """The factors of I − A, good for any d: forwards (`arriving`) and backwards (`reaching`)."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._steps = list(_eliminated(rows))

    def arriving(self, given: Sequence[int]) -> list[int]:
        """x = d + Aᵀx: what passes through each pool in all, with 24 guard digits after each number of `given`."""
        return self._refined(given, self._pushed, backwards=False)

    def reaching(self, worth: Sequence[int]) -> list[int]:
        """y = w + A·y: what becomes of one unit in each pool, where w is what becomes of it at once; as `arriving`."""
        return self._refined(worth, self._pulled, backwards=True)

    def _refined(
        self, known: Sequence[int], through: Callable[[Sequence[int]], list[int]], *, backwards: bool
    ) -> list[int]:
        wanted = [number * GUARD for number in known]
        found = [0] * len(wanted)
        for _ in range(ROUNDS):
            missing = [w - f + g for w, f, g in zip(wanted, found, through(found), strict=True)]
            if max(map(abs, missing), default=0) <= len(missing):
                return found
            for at, amount in enumerate(self._approximately(missing, backwards=backwards)):
                found[at] += amount
        raise Unsolvable

    def _pushed(self, amounts: Sequence[int]) -> list[int]:
        """Aᵀx, floored per share."""
        arrived = [0] * len(amounts)
        for row, amount in zip(self._rows, amounts, strict=True):
            for at, weight in row.to.items():
                arrived[at] += amount * weight // row.total
        return arrived

    def _pulled(self, amounts: Sequence[int]) -> list[int]:
        """A·y, floored per pool."""
        return [sum(weight * amounts[at] for at, weight in row.to.items()) // row.total for row in self._rows]

    def _approximately(self, numbers: Sequence[int], *, backwards: bool) -> Iterator[int]:
        values = [float(number) for number in numbers]
        for step in self._steps:
            value = values[step.pool]
            for at, share in (step.of if backwards else step.to).items():
                values[at] += value * share
        for step in reversed(self._steps):
            rest = sum(values[at] * share for at, share in (step.to if backwards else step.of).items())
            values[step.pool] = values[step.pool] / step.leaves + rest
        return map(int, values)


def _eliminated(rows: Sequence[Row]) -> Iterator[_Step]:
    """Pools with few connections first; once every pool left is connected with half of the rest, as a full matrix."""
    to = [{at: weight / row.total for at, weight in row.to.items() if weight} for row in rows]
    leak = [row.leak / row.total for row in rows]
    of: list[set[int]] = [set() for _ in rows]
    for giver, shares in enumerate(to):
        for at in shares:
            of[at].add(giver)
    left = set(range(len(rows)))
    for pool in _by_degree(to, of):
        if 2 * len(to[pool]) > len(left):
            break
        left.discard(pool)
        yield _sparse_step(pool, to, of, leak)
    yield from _full_steps(sorted(left), to, leak)


def _sparse_step(pool: int, to: list[dict[int, float]], of: list[set[int]], leak: list[float]) -> _Step:
    leaves = _leaving(leak[pool], to[pool].values())
    served = {at: share / leaves for at, share in to[pool].items()}
    gave = {giver: to[giver].pop(pool) for giver in of[pool]}
    for giver, share in gave.items():
        mine = to[giver]
        for at, part in served.items():
            mine[at] = mine.get(at, 0.0) + share * part
        mine.pop(giver, None)
        leak[giver] += share * leak[pool] / leaves
    for at in served:
        of[at] = (of[at] | of[pool]) - {pool, at}
    return _Step(pool, leaves, served, {giver: share / leaves for giver, share in gave.items()})


def _full_steps(pools: list[int], to: Sequence[Mapping[int, float]], leak: list[float]) -> Iterator[_Step]:
    """From the last of these pools to the first, so that rows are shortened at their end."""
    matrix = [[to[giver].get(at, 0.0) for at in pools] for giver in pools]
    while pools:
        pool, row = pools.pop(), matrix.pop()
        row.pop()
        leaves = _leaving(leak[pool], row)
        served = [share / leaves for share in row]
        gave = [mine.pop() for mine in matrix]
        for at, share in enumerate(gave):
            matrix[at] = [own + share * part for own, part in zip(matrix[at], served, strict=True)]
            matrix[at][at] = 0.0
            leak[pools[at]] += share * leak[pool] / leaves
        yield _Step(
            pool,
            leaves,
            dict(zip(pools, served, strict=True)),
            {giver: share / leaves for giver, share in zip(pools, gave, strict=True)},
        )


def _leaving(leak: float, shares: Iterable[float]) -> float:
    """What leaves a pool for good or for others, its own loop not counted."""
    leaves = leak + sum(shares)
    if leaves <= 0:
        raise Unsolvable
    return leaves


def _by_degree(to: Sequence[Mapping[int, float]], of: Sequence[set[int]]) -> Iterator[int]:
    """Each pool once, the one with the fewest new connections next; stale entries of the heap are put back."""
    heap = [(len(of[pool]) * len(to[pool]), pool) for pool in range(len(to))]
    heapify(heap)
    while heap:
        degree, pool = heappop(heap)
        now = len(of[pool]) * len(to[pool])
        if now > degree:
            heappush(heap, (now, pool))
        else:
            yield pool
