"""Carrying out the layers of a revision one after the other, and proving that nothing was lost. No I/O."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple

from finance.allocation_model.model import AllocationMethod
from finance.allocation_run.direct import direct
from finance.allocation_run.pool import DECIMALS, Outcome, Party, Pool, parted
from finance.allocation_run.reciprocal import reciprocal
from finance.allocation_run.standing import Standing
from finance.allocation_run.step_down import step_down

METHODS: Mapping[AllocationMethod, Callable[[Sequence[Pool[Any]]], Iterator[Outcome[Any]]]] = {
    AllocationMethod.DIRECT: direct,
    AllocationMethod.STEP_DOWN: step_down,
    AllocationMethod.RECIPROCAL: reciprocal,
}


class NotConserved(ArithmeticError):
    """What came out is not what went in: a fault of this code, and nothing of it is stored."""


class Given(NamedTuple, Generic[Party]):
    """What a source gave to a pool and what it had to keep, and how much of both is its own cost as posted."""

    source: Party
    amount: int
    kept: int
    own: int


class LayerRun(Generic[Party]):
    """Walk through all `outcomes`, then through `givings`: what a source gave is known when its layer is done."""

    def __init__(self, standing: Standing[Party], method: AllocationMethod, pools: Sequence[Pool[Party]]) -> None:
        self._standing, self._method, self._pools = standing, method, pools
        self._passing = {source for pool in pools if pool.receives for source in pool.sources}
        self._passed: defaultdict[Party, int] = defaultdict(int)
        self._kept: dict[str, int] = {}

    def outcomes(self) -> Iterator[Outcome[Party]]:
        """Raises LoopWithoutLeak."""
        for outcome in METHODS[self._method](self._pools):
            for share, amount in outcome.parts():
                passes_on = share.party in self._passing
                self._standing.receive(share.party, amount, passes_on=passes_on)
                if passes_on:
                    self._passed[share.party] += amount
            self._kept[outcome.pool.code] = outcome.kept
            yield outcome

    def givings(self) -> Iterator[tuple[Pool[Party], list[Given[Party]]]]:
        """What a pool keeps stays with its sources in proportion to what they brought."""
        for pool in self._pools:
            held = [
                brought.own + brought.more + (self._passed[source] if pool.receives else 0)
                for source, brought in pool.sources.items()
            ]
            kept = parted(self._kept[pool.code], held, sum(held) or 1)
            given = []
            for (source, brought), holds, keeps in zip(pool.sources.items(), held, kept, strict=True):
                if holds or brought.own:
                    self._standing.give(source, holds - keeps, kept=keeps)
                    given.append(Given(source, holds - keeps, keeps, brought.own))
            yield pool, given


def prove(standing: Standing[Party], parties: Iterable[Party]) -> None:
    """Raises NotConserved."""
    out = standing.allocated + standing.unallocated
    if standing.cost_in != out:
        raise NotConserved(f"{standing.cost_in} went in, {out} came out, in units of 10^-12")
    borne = sum(standing.bears(party) for party in parties)
    if (cost := sum(standing.direct.values())) != borne:
        raise NotConserved(f"{cost} was posted, {borne} is borne, in units of 10^-12")


def rounded_shares(exact: Sequence[int], decimals: int) -> list[int]:
    """Each to a multiple of 10^-`decimals`, together their sum, which must be one: largest remainder, mirrored below
    zero. Remainders that agree to a millionth are equal, so that dust of 10⁻¹² settles no tie; the earlier is first."""
    unit = 10 ** (DECIMALS - decimals)
    sign = -1 if sum(exact) < 0 else 1
    parts = [divmod(sign * number, unit) for number in exact]
    missing, over = divmod(sign * sum(exact) - sum(whole * unit for whole, _ in parts), unit)
    if over:
        raise NotConserved("a sum that is finer than what its parts are rounded to")
    by_remainder = sorted(range(len(parts)), key=lambda at: -((parts[at][1] * 2_000_000 + unit) // (2 * unit)))
    up = set(by_remainder[:missing])
    return [sign * unit * (whole + (at in up)) for at, (whole, _) in enumerate(parts)]
