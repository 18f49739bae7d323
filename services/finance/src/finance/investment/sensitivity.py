"""How the value of an option follows each of its inputs while the others stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from finance.investment.discounting import CONTEXT, Flows, OutOfRange, net_present_value, stated, stated_money
from finance.investment.figures import FlowKind
from finance.investment.polynomial import MOST


class Input(StrEnum):
    """All amounts of a kind, as a factor of what the case says, or the discount rate."""

    CAPITAL = FlowKind.CAPITAL.value
    OPERATING = FlowKind.OPERATING.value
    BENEFIT_HARD = FlowKind.BENEFIT_HARD.value
    BENEFIT_SOFT = FlowKind.BENEFIT_SOFT.value
    DISCOUNT_RATE = "discount_rate"


@dataclass(frozen=True)
class Change:
    """`npv` is None where a changed rate is −100 % or less, or the figure has 20 digits or more."""

    percent: int
    npv: Decimal | None


@dataclass(frozen=True)
class Sensitivity:
    """`switching_values` make the NPV zero: of a kind the factor of its amounts, of the rate every internal rate."""

    input: Input
    switching_values: list[Decimal]
    changes: list[Change]


def sensitivities(
    kinds: Mapping[FlowKind, Flows], rate: Decimal, irrs: Sequence[Decimal], percents: Sequence[int], currency: str
) -> list[Sensitivity]:
    """One per input; the changes are those percents, each down and up, in rising order."""
    values = {kind: net_present_value(flows, rate) for kind, flows in kinds.items()}
    steps = sorted({sign * percent for percent in percents for sign in (-1, 1)})
    with localcontext(CONTEXT):
        npv = sum(values.values(), Decimal(0))
        found = [
            Sensitivity(
                Input(kind.value),
                _switching_factor(npv, value),
                [Change(step, _stated(npv + value * step / 100, currency)) for step in steps],
            )
            for kind, value in values.items()
        ]
        rates = [Change(step, _at_rate(kinds, rate + rate * step / 100, currency)) for step in steps]
    return [*found, Sensitivity(Input.DISCOUNT_RATE, list(irrs), rates)]


def _switching_factor(npv: Decimal, value: Decimal) -> list[Decimal]:
    """NPV + value × (factor − 1) = 0. None when the kind is worth nothing, or a factor of 10^12 would not do."""
    if not value or abs(npv / value) >= MOST:
        return []
    return [stated(1 - npv / value)]


def _at_rate(kinds: Mapping[FlowKind, Flows], rate: Decimal, currency: str) -> Decimal | None:
    if rate <= -1:
        return None
    return _stated(sum((net_present_value(flows, rate) for flows in kinds.values()), Decimal(0)), currency)


def _stated(npv: Decimal, currency: str) -> Decimal | None:
    try:
        return stated_money(npv, currency)
    except OutOfRange:
        return None
