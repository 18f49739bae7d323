"""Direct allocation: each pool's cost goes straight to its targets by a driver. What goes in equals what comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.money import exact_sum, minor_unit, split
from chassis.problems import Conflict


class SourceTwice(Conflict, code="finance.allocation-run.source-twice"):
    """A cost object is a source of two pools, so its cost would be handed on twice."""


class SourceIsTarget(Conflict, code="finance.allocation-run.source-is-target"):
    """A cost object is both a source and a target, which the direct method cannot resolve."""


@dataclass(frozen=True)
class Pool:
    """`costs` per source; `quantities` of the driver per target, in the order in which ties are broken."""

    code: str
    costs: Mapping[UUID, Decimal]
    quantities: Mapping[UUID, Decimal]

    @property
    def cost(self) -> Decimal:
        return exact_sum(self.costs.values())

    def shares(self, currency: str) -> dict[UUID, Decimal]:
        """Whole minor units by largest remainder; empty when no target has any of the driver. A cost that is finer
        than the minor unit is split at its own fineness, so that nothing is rounded away."""
        targets = [target for target, quantity in self.quantities.items() if quantity > 0]
        if not targets:
            return {}
        parts = split(
            self.cost, [self.quantities[target] for target in targets], decimals=decimals(self.cost, currency)
        )
        return dict(zip(targets, parts, strict=True))


def decimals(amount: Decimal, currency: str) -> int:
    """Those of the currency, or those that the amount has beyond."""
    exponent = amount.as_tuple().exponent
    return max(minor_unit(currency), -exponent if isinstance(exponent, int) else 0)


def check_sources(pools: Sequence[Pool], codes: Mapping[UUID, str]) -> None:
    """Raises SourceTwice or SourceIsTarget with the codes concerned."""
    seen: set[UUID] = set()
    for pool in pools:
        if twice := seen & pool.costs.keys():
            raise SourceTwice(f"{_named(twice, codes)}: named as a source by more than one pool.")
        seen |= pool.costs.keys()
    targets = {target for pool in pools for target in pool.quantities}
    if both := seen & targets:
        raise SourceIsTarget(f"{_named(both, codes)}: both a source and a target.")


def _named(ids: Iterable[UUID], codes: Mapping[UUID, str]) -> str:
    return ", ".join(sorted(codes[id] for id in ids)[:20])
