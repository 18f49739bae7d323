"""What an investment has brought and cost, against what its case had promised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chassis.money import EXACT, exact_sum
from finance.investment.figures import FlowKind

Slot = tuple[int, FlowKind]


class Verdict(StrEnum):
    """More money than expected is favorable, of a benefit as of a cost."""

    FAVORABLE = "favorable"
    UNFAVORABLE = "unfavorable"
    AS_EXPECTED = "as_expected"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True)
class Comparison:
    """Received is positive, paid is negative. What nobody has measured is None, never zero; what the case does not
    name was expected to be zero. `variance` = realized − expected."""

    kind: FlowKind
    expected: Decimal
    realized: Decimal | None

    @property
    def variance(self) -> Decimal | None:
        return None if self.realized is None else EXACT.subtract(self.realized, self.expected)

    @property
    def verdict(self) -> Verdict:
        if self.variance is None:
            return Verdict.NOT_MEASURED
        if self.variance == 0:
            return Verdict.AS_EXPECTED
        return Verdict.FAVORABLE if self.variance > 0 else Verdict.UNFAVORABLE


@dataclass(frozen=True)
class PeriodComparison(Comparison):
    """`period` is that of the case, or of dated flows the calendar year."""

    period: int


@dataclass(frozen=True)
class KindComparison(Comparison):
    """Over the periods in which the kind was measured; `expected_in_all` is what the case promises over its life."""

    expected_in_all: Decimal


def per_period(
    expected: Iterable[tuple[Slot, Decimal]], realized: Iterable[tuple[Slot, Decimal]]
) -> list[PeriodComparison]:
    """By period, then kind."""
    promised, brought = _sums(expected), _sums(realized)
    kinds = list(FlowKind)
    slots = sorted({*promised, *brought}, key=lambda slot: (slot[0], kinds.index(slot[1])))
    return [
        PeriodComparison(kind, promised.get((period, kind), Decimal(0)), brought.get((period, kind)), period)
        for period, kind in slots
    ]


def per_kind(periods: Iterable[PeriodComparison]) -> list[KindComparison]:
    """Of the kinds that occur, over what was measured: a period that is yet to come is no shortfall."""
    by_kind: dict[FlowKind, list[PeriodComparison]] = defaultdict(list)
    for each in periods:
        by_kind[each.kind].append(each)
    return [_in_all(kind, by_kind[kind]) for kind in FlowKind if kind in by_kind]


def _in_all(kind: FlowKind, periods: list[PeriodComparison]) -> KindComparison:
    measured = [(each.expected, each.realized) for each in periods if each.realized is not None]
    return KindComparison(
        kind,
        exact_sum(expected for expected, _ in measured),
        exact_sum(realized for _, realized in measured) if measured else None,
        exact_sum(each.expected for each in periods),
    )


def _sums(amounts: Iterable[tuple[Slot, Decimal]]) -> Mapping[Slot, Decimal]:
    by_slot: dict[Slot, list[Decimal]] = defaultdict(list)
    for slot, amount in amounts:
        by_slot[slot].append(amount)
    return {slot: exact_sum(found) for slot, found in by_slot.items()}
