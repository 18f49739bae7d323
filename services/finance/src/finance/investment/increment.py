"""The figures of all options of a case: each with and without its soft benefits, and each against doing nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from chassis.money import EXACT, Amount
from chassis.text import Schema
from finance.investment.discounting import Flows, net_present_value, stated_money
from finance.investment.figures import Figures, FlowKind, KindFlow, Rates, figures
from finance.investment.internal_rate import IrrState, internal_rates, state_of


class OptionValue(Schema):
    npv: Amount
    irr_state: IrrState
    irrs: list[Amount]


class HardFigures(OptionValue):
    """As the figures of an option, from its flows without the soft benefits."""

    mirr: Amount | None
    payback: Amount | None
    discounted_payback: Amount | None
    profitability_index: Amount | None
    return_on_investment: Amount | None
    equivalent_annual_value: Amount | None
    life: Amount


class Increment(OptionValue):
    """Of the flows of an option minus those of doing nothing."""

    without_soft_benefits: OptionValue


@dataclass(frozen=True)
class Appraisal:
    """`increment` is None for doing nothing."""

    figures: Figures
    without_soft_benefits: HardFigures
    increment: Increment | None


def appraisals(
    options: Sequence[Sequence[KindFlow]], nothing: int, ticks_per_period: int, rates: Rates, currency: str
) -> list[Appraisal]:
    """One per option, of which that at the index `nothing` is to do nothing. OutOfRange as in `figures`."""

    def appraisal(index: int) -> Appraisal:
        flows = options[index]
        difference = [*flows, *(_paid_back(flow) for flow in options[nothing])]
        return Appraisal(
            figures(flows, ticks_per_period, rates, currency),
            HardFigures.model_validate(_hard_figures(flows, ticks_per_period, rates, currency)),
            None if index == nothing else _increment(difference, ticks_per_period, rates.discount, currency),
        )

    return [appraisal(index) for index in range(len(options))]


def _hard_figures(flows: Sequence[KindFlow], ticks_per_period: int, rates: Rates, currency: str) -> dict[str, object]:
    found = asdict(figures(_hard(flows), ticks_per_period, rates, currency))
    return {name: value for name, value in found.items() if name != "npv_without_soft_benefits"}


def _increment(flows: Sequence[KindFlow], ticks_per_period: int, rate: Decimal, currency: str) -> Increment:
    hard = _value(_hard(flows), ticks_per_period, rate, currency)
    return Increment(
        **_value(flows, ticks_per_period, rate, currency).model_dump(),
        without_soft_benefits=hard,
    )


def _value(flows: Sequence[KindFlow], ticks_per_period: int, rate: Decimal, currency: str) -> OptionValue:
    net = Flows.of([(flow.tick, flow.amount) for flow in flows], ticks_per_period)
    rates = internal_rates(net)
    npv = stated_money(net_present_value(net, rate), currency)
    return OptionValue(npv=npv, irr_state=state_of(rates), irrs=rates)


def _hard(flows: Sequence[KindFlow]) -> list[KindFlow]:
    return [flow for flow in flows if flow.kind != FlowKind.BENEFIT_SOFT]


def _paid_back(flow: KindFlow) -> KindFlow:
    return KindFlow(flow.kind, flow.tick, EXACT.minus(flow.amount))
