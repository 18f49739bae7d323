"""The figures of one option of an investment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chassis.money import EXACT, exact_sum
from finance.investment import payback
from finance.investment.discounting import (
    CONTEXT,
    Flows,
    equivalent_annual_value,
    net_present_value,
    stated,
    stated_money,
)
from finance.investment.internal_rate import IrrState, internal_rates, modified_internal_rate, state_of


class FlowKind(StrEnum):
    """What is paid or received for; a soft benefit is one that no budget will show."""

    CAPITAL = "capital"
    OPERATING = "operating"
    BENEFIT_HARD = "benefit_hard"
    BENEFIT_SOFT = "benefit_soft"


@dataclass(frozen=True)
class KindFlow:
    """`tick` as in `Flows`; received is positive, paid is negative."""

    kind: FlowKind
    tick: int
    amount: Decimal


@dataclass(frozen=True)
class Rates:
    """Per period, above −1: of discounting, of money that is lent, and of money that is earned and laid out again."""

    discount: Decimal
    finance: Decimal
    reinvestment: Decimal


@dataclass(frozen=True)
class Figures:
    """Money to the minor unit, the rest to 12 decimals; None where a figure has no meaning for these flows.

    `profitability_index` = (NPV + I) / I, I being the present value of the capital laid out. `return_on_investment` =
    sum of all flows / capital and operating cost, undiscounted. Paybacks are in periods from now, None for never.
    """

    npv: Decimal
    npv_without_soft_benefits: Decimal
    irr_state: IrrState
    irrs: list[Decimal]
    mirr: Decimal | None
    payback: Decimal | None
    discounted_payback: Decimal | None
    profitability_index: Decimal | None
    return_on_investment: Decimal | None
    equivalent_annual_value: Decimal | None
    life: Decimal


def by_kind(flows: Iterable[KindFlow], ticks_per_period: int) -> dict[FlowKind, Flows]:
    """In the order of the kinds."""
    kept = list(flows)
    return {
        kind: Flows.of([(flow.tick, flow.amount) for flow in kept if flow.kind == kind], ticks_per_period)
        for kind in FlowKind
    }


def figures(flows: Sequence[KindFlow], ticks_per_period: int, rates: Rates, currency: str) -> Figures:
    """OutOfRange when one of them cannot be stated."""
    kinds = by_kind(flows, ticks_per_period)
    net = Flows.of([(flow.tick, flow.amount) for flow in flows], ticks_per_period)
    npv = net_present_value(net, rates.discount)
    soft = net_present_value(kinds[FlowKind.BENEFIT_SOFT], rates.discount)
    irrs = internal_rates(net)
    return Figures(
        npv=stated_money(npv, currency),
        npv_without_soft_benefits=stated_money(CONTEXT.subtract(npv, soft), currency),
        irr_state=state_of(irrs),
        irrs=irrs,
        mirr=_known(modified_internal_rate(net, rates.finance, rates.reinvestment), stated),
        payback=_known(payback.payback(net), stated),
        discounted_payback=_known(payback.discounted_payback(net, rates.discount), stated),
        profitability_index=_known(_profitability_index(npv, kinds, rates.discount), stated),
        return_on_investment=_known(_return_on_investment(net, kinds), stated),
        equivalent_annual_value=_known(
            equivalent_annual_value(net, rates.discount), lambda value: stated_money(value, currency)
        ),
        life=stated(net.life),
    )


def ranks(values: Sequence[Decimal | None]) -> list[int | None]:
    """1 for the highest; equal ones share a rank and the next is left out; None for None."""
    known = [value for value in values if value is not None]
    return [None if value is None else 1 + sum(other > value for other in known) for value in values]


def _known(figure: Decimal | None, state: Callable[[Decimal], Decimal]) -> Decimal | None:
    return None if figure is None else state(figure)


def _profitability_index(npv: Decimal, kinds: Mapping[FlowKind, Flows], rate: Decimal) -> Decimal | None:
    laid_out = CONTEXT.minus(net_present_value(kinds[FlowKind.CAPITAL], rate))
    return CONTEXT.add(1, CONTEXT.divide(npv, laid_out)) if laid_out > 0 else None


def _return_on_investment(net: Flows, kinds: Mapping[FlowKind, Flows]) -> Decimal | None:
    cost = EXACT.minus(exact_sum([kinds[FlowKind.CAPITAL].total, kinds[FlowKind.OPERATING].total]))
    return CONTEXT.divide(net.total, cost) if cost > 0 else None
