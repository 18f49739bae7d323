"""What callers send and see of investments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount, Currency, DecimalString
from chassis.text import Code, Day, Line, Schema
from finance.investment.benefits import Verdict
from finance.investment.discounting import MOST_PERIODS, Convention
from finance.investment.distribution import Distribution
from finance.investment.figures import FlowKind
from finance.investment.increment import HardFigures, Increment
from finance.investment.internal_rate import IrrState
from finance.investment.sensitivity import Input
from finance.investment.simulation import MOST_TRIALS

MOST_OPTIONS, MOST_FLOWS = 10, 250

FlowAmount = Annotated[
    Decimal,
    DecimalString(
        r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$",
        'write money received as "12.34", money paid as "-12.34": at most 15 digits, then at most 4 decimals',
    ),
]
Rate = Annotated[
    Decimal,
    DecimalString(
        r"^(-0(\.[0-9]{1,12})?|[0-9]{1,3}(\.[0-9]{1,12})?)$",
        'write a rate above -1 as a string such as "0.08" for 8 %: at most 3 digits, then at most 12 decimals',
    ),
]
Period = Annotated[int, Field(ge=0, le=MOST_PERIODS, description="0 is the first.")]


class When(Schema):
    """When a flow comes: in a period, or on a day, as the convention of the investment asks."""

    period: Period | None = None
    flow_on: Day | None = None

    @model_validator(mode="after")
    def one_time(self) -> Self:
        if (self.period is None) == (self.flow_on is None):
            raise ValueError("give a period or a day, and only one of them")
        return self


class ExpectFlow(When):
    kind: FlowKind
    amount: FlowAmount


class ProposeOption(Schema):
    name: Line
    does_nothing: bool = False
    flows: list[ExpectFlow] = Field(max_length=MOST_FLOWS)


class AppraiseInvestment(Schema):
    name: Line
    case_reference: Code | None = Field(default=None, description="Sent again with the same content: the same answer.")
    currency: Currency
    convention: Convention
    discount_rate: Rate = Field(description="Per period; of dated flows per year of 365 days.")
    finance_rate: Rate | None = Field(default=None, description="For MIRR; without one the discount rate.")
    reinvestment_rate: Rate | None = Field(default=None, description="For MIRR; without one the discount rate.")
    options: list[ProposeOption] = Field(
        min_length=1, max_length=MOST_OPTIONS, description="Exactly one of them is to do nothing."
    )

    @model_validator(mode="after")
    def comparable(self) -> Self:
        if sum(option.does_nothing for option in self.options) != 1:
            raise ValueError("exactly one option is to do nothing: without it nothing can be compared")
        if len({option.name for option in self.options}) < len(self.options):
            raise ValueError("each option needs a name of its own")
        nothing = {flow.flow_on for option in self.options if option.does_nothing for flow in option.flows}
        for option in self.options:
            if any((flow.flow_on is None) == (self.convention == Convention.DATED) for flow in option.flows):
                raise ValueError("flows of the convention dated have a day, of the others a period")
            if len(nothing | {flow.flow_on for flow in option.flows}) > MOST_PERIODS + 1:
                raise ValueError(f"an option and doing nothing have flows on at most {MOST_PERIODS + 1} days together")
        return self


class InvestmentView(Schema):
    id: UUID
    name: str
    case_reference: str | None
    business_case_id: UUID | None = Field(description="Of the business case that portfolio submitted; else null.")
    business_case_number: int | None = Field(description="Which of its submissions.")
    currency: Currency
    convention: Convention
    discount_rate: Amount
    finance_rate: Amount
    reinvestment_rate: Amount
    valued_on: date | None = Field(description="Of dated flows, the day on which they are valued; else null.")
    carried_out: int | None = Field(description="The number of the option whose flows are being realized.")
    actor: str
    appraised_at: datetime
    version: int


class OptionView(Schema):
    """Figures are null where they have no meaning for these flows; a payback that never comes is null too."""

    number: int
    name: str
    does_nothing: bool
    npv: Amount
    npv_without_soft_benefits: Amount
    irr_state: IrrState = Field(description="How many rates make the NPV zero.")
    irrs: list[Amount] = Field(description="All of them, where 10^-12 ≤ 1 + rate ≤ 10^12.")
    mirr: Amount | None
    payback: Amount | None = Field(description="In periods from now.")
    discounted_payback: Amount | None
    profitability_index: Amount | None = Field(description="(NPV + I) / I, I: present value of capital laid out.")
    return_on_investment: Amount | None = Field(description="Sum of all flows / capital and operating cost.")
    equivalent_annual_value: Amount | None = Field(description="The NPV as an even flow per period over the life.")
    life: Amount = Field(description="Periods from now to the last flow.")
    without_soft_benefits: HardFigures | None = Field(
        description="The same figures where soft benefits do not count; null for what was appraised before they were."
    )
    increment: Increment | None = Field(description="Against doing nothing; null for that option itself.")
    rank_by_npv: int
    rank_by_equivalent_annual_value: int | None


class AppraisedInvestmentView(InvestmentView):
    options: list[OptionView]


class ChangeView(Schema):
    percent: int
    npv: Amount | None = Field(description="Null where a changed rate is -100 % or less, or the figure is too large.")


class SensitivityView(Schema):
    input: Input
    switching_values: list[Amount] = Field(
        description="Where the NPV is zero: of a kind the factor of its amounts, of the rate every internal rate."
    )
    changes: list[ChangeView]


class OptionSensitivityView(Schema):
    number: int
    name: str
    npv: Amount
    inputs: list[SensitivityView]


class InvestmentSensitivityView(Schema):
    investment_id: UUID
    currency: Currency
    options: list[OptionSensitivityView]


class UncertainInput(Schema):
    """Of a kind, the factor of its amounts (1 is as the case says); of the discount rate, the rate."""

    input: Input
    distribution: Distribution


class SimulateInvestment(Schema):
    option: Annotated[int, Field(ge=1, le=MOST_OPTIONS)]
    seed: Annotated[int, Field(ge=0, lt=2**53)]
    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = 1_000
    inputs: list[UncertainInput] = Field(min_length=1, max_length=len(Input))

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({each.input for each in self.inputs}) < len(self.inputs):
            raise ValueError("name each input once")
        return self


class PercentileView(Schema):
    percent: int
    npv: Amount


class SimulationView(Schema):
    """The NPVs of all trials; the same inputs, seed and number of trials give the same answer."""

    investment_id: UUID
    option: int
    seed: int
    trials: int
    currency: Currency
    mean: Amount
    deviation: Amount = Field(description="Standard deviation of the trials.")
    lowest: Amount
    highest: Amount
    percentiles: list[PercentileView]
    probability_of_loss: Amount = Field(description="Share of trials with an NPV below zero.")


class RealizeFlow(When):
    reference: Code = Field(description="Sent again with the same content it counts once.")
    kind: FlowKind
    amount: FlowAmount


class RealizeFlows(Schema):
    option: Annotated[int, Field(ge=1, le=MOST_OPTIONS)]
    flows: list[RealizeFlow] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({flow.reference for flow in self.flows}) < len(self.flows):
            raise ValueError("each flow needs a reference of its own")
        return self


class RealizedFlowsView(Schema):
    investment_id: UUID
    option: int
    created: int
    unchanged: int


class RealizedFlowView(Schema):
    reference: str
    kind: FlowKind
    amount: Amount
    period: int | None
    flow_on: date | None
    actor: str
    recorded_at: datetime


class PeriodBenefitView(Schema):
    period: int = Field(description="That of the case; of dated flows the calendar year.")
    kind: FlowKind
    expected: Amount
    realized: Amount | None = Field(description="Null where nothing was measured.")
    variance: Amount | None = Field(description="realized − expected.")
    verdict: Verdict


class KindBenefitView(Schema):
    """Over the periods in which the kind was measured."""

    kind: FlowKind
    expected: Amount
    realized: Amount | None
    variance: Amount | None
    verdict: Verdict
    expected_in_all: Amount = Field(description="What the case promises over its whole life.")


class BenefitsView(Schema):
    investment_id: UUID
    option: int | None = Field(description="Null, and nothing compared, as long as nothing was realized.")
    currency: Currency
    periods: list[PeriodBenefitView]
    kinds: list[KindBenefitView]
