"""What a business case says: its options with their flows, risks, assumptions and the people it needs."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from chassis.money import Currency, DecimalString, PositiveAmount
from chassis.problems import InvalidRequest
from chassis.text import Code, Day, Line, Prose, Schema
from portfolio.business_case.terms import Convention, FlowKind

MOST_OPTIONS, MOST_FLOWS, MOST_PERIODS = 10, 250, 60  # what finance appraises

FlowAmount = Annotated[
    Decimal,
    DecimalString(
        r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$",
        'write money received as "12.34", money paid as "-12.34": at most 15 digits, then at most 4 decimals',
    ),
]
Funding = Annotated[
    Decimal,
    DecimalString(
        r"^[0-9]{1,15}(\.[0-9]{1,4})?$",
        'write money as "12.34", zero or more: at most 15 digits, then at most 4 decimals',
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
Mark = Annotated[int, Field(ge=1, le=5)]


class CaseFlow(Schema):
    """Received is positive, paid is negative; in a period or on a day, as the convention of the case asks."""

    kind: FlowKind
    amount: FlowAmount
    period: Period | None = None
    flow_on: Day | None = None

    @model_validator(mode="after")
    def one_time(self) -> Self:
        if (self.period is None) == (self.flow_on is None):
            raise ValueError("give a period or a day, and only one of them")
        return self


class CaseOption(Schema):
    name: Line
    description: Prose = ""
    does_nothing: bool = False
    preferred: bool = False
    flows: list[CaseFlow] = Field(default=[], max_length=MOST_FLOWS)


class Risk(Schema):
    """`likelihood` and `impact` from 1, low, to 5; null: not assessed."""

    statement: Line
    likelihood: Mark | None = None
    impact: Mark | None = None
    response: Prose = ""


class Assumption(Schema):
    statement: Line
    source: Line | None = None


class ResourceDemand(Schema):
    """How much of a skill the preferred option needs in a period."""

    skill: Code
    period: Period
    quantity: PositiveAmount
    unit: Line = "person days"


Options = Annotated[
    list[CaseOption], Field(min_length=1, max_length=MOST_OPTIONS, description="Exactly one of them is to do nothing.")
]
Risks = Annotated[list[Risk], Field(max_length=100)]
Assumptions = Annotated[list[Assumption], Field(max_length=100)]
ResourceDemands = Annotated[list[ResourceDemand], Field(max_length=500, description="Of the preferred option.")]


class CaseContent(Schema):
    title: Line
    owner: Line
    currency: Currency
    requested_funding: Funding = Field(description="In the currency of the case; decides how many must agree.")
    convention: Convention = Convention.FIRST_FLOW_NOW
    discount_rate: Rate = Field(description="Per period; of dated flows per year of 365 days.")
    finance_rate: Rate | None = Field(default=None, description="For MIRR; without one the discount rate.")
    reinvestment_rate: Rate | None = Field(default=None, description="For MIRR; without one the discount rate.")
    options: Options
    risks: Risks = Field(default=[])
    assumptions: Assumptions = Field(default=[])
    resource_demands: ResourceDemands = Field(default=[])

    @model_validator(mode="after")
    def comparable(self) -> Self:
        if sum(option.does_nothing for option in self.options) != 1:
            raise ValueError("exactly one option is to do nothing: without it nothing can be compared")
        if sum(option.preferred for option in self.options) > 1:
            raise ValueError("one option is preferred, not several")
        if len({option.name for option in self.options}) < len(self.options):
            raise ValueError("each option needs a name of its own")
        nothing = {flow.flow_on for option in self.options if option.does_nothing for flow in option.flows}
        for option in self.options:
            if any((flow.flow_on is None) == (self.convention == Convention.DATED) for flow in option.flows):
                raise ValueError("flows of the convention dated have a day, of the others a period")
            if len(nothing | {flow.flow_on for flow in option.flows}) > MOST_PERIODS + 1:
                raise ValueError(f"an option and doing nothing have flows on at most {MOST_PERIODS + 1} days together")
        if len({(need.skill, need.period) for need in self.resource_demands}) < len(self.resource_demands):
            raise ValueError("name each skill once per period")
        return self

    @property
    def preferred(self) -> tuple[int, CaseOption] | None:
        """With its number, counted from 1."""
        return next(((number, option) for number, option in enumerate(self.options, 1) if option.preferred), None)

    def with_parts(self, **parts: Any) -> "CaseContent":
        """InvalidRequest when they do not fit the rest."""
        try:
            return CaseContent.model_validate({**dict(self), **parts})
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidRequest(f"This does not fit the rest of the case: {first['msg']}.") from error

    def missing(self) -> list[str]:
        """A sentence for each thing that a submission needs and that is not there."""
        preferred = self.preferred
        found = [] if preferred else ["No option is preferred."]
        if preferred and preferred[1].does_nothing:
            found.append("To do nothing needs no approval: prefer another option.")
        found += [
            f"The option {option.name} has no flows."
            for option in self.options
            if not option.flows and not option.does_nothing
        ]
        return found
