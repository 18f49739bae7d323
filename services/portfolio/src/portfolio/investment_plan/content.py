"""What an investment plan says: its periods, its candidates with what they cost and bring, and the limits."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.money import Currency, DecimalString
from chassis.text import Code, Day, Line, Schema
from portfolio.business_case.content import FlowAmount, Funding
from portfolio.investment_plan.terms import Category, CostKind, LinkKind

MOST_CANDIDATES, MOST_PERIODS, MOST_LINKS = 2_000, 20, 500

Score = Annotated[
    Decimal,
    DecimalString(
        r"^-?[0-9]{1,6}(\.[0-9]{1,12})?$", 'write a score such as "7.25": at most 6 digits, then 12 decimals'
    ),
]
Quantity = Annotated[
    Decimal,
    DecimalString(
        r"^[0-9]{1,12}(\.[0-9]{1,4})?$", 'write a quantity such as "12.5": at most 12 digits, then 4 decimals'
    ),
]
Share = Annotated[
    Decimal, DecimalString(r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$", 'write a share from "0" to "1", at most 4 decimals')
]
Weight = Annotated[
    Decimal,
    DecimalString(
        r"^(?![0.]+$)[0-9]{1,3}(\.[0-9]{1,3})?$", 'write a weight above zero such as "2": 3 digits, 3 decimals'
    ),
]


class PlanPeriod(Schema):
    """A fiscal year, most often; its code names it in costs and limits. `ends_on` is the first day after it."""

    code: Code
    starts_on: Day
    ends_on: Day

    @model_validator(mode="after")
    def of_some_days(self) -> Self:
        if self.ends_on <= self.starts_on:
            raise ValueError("a period ends after it has begun")
        return self


def consecutive(periods: list[PlanPeriod]) -> list[PlanPeriod]:
    if any(first.ends_on != second.starts_on for first, second in pairwise(periods)):
        raise ValueError("each period begins on the day on which the one before ends")
    if len({period.code for period in periods}) < len(periods):
        raise ValueError("each period needs a code of its own")
    return periods


class CandidateCost(Schema):
    period: Code
    kind: CostKind
    amount: Funding


class SkillDemand(Schema):
    skill: Code
    period: Code
    quantity: Quantity


class CandidateContent(Schema):
    """What is left out of `npv` and `score` is not known, which is not zero."""

    name: Line
    category: Category | None = None
    npv: FlowAmount | None = None
    score: Score | None = None
    costs: list[CandidateCost] = Field(default=[], max_length=2 * MOST_PERIODS)
    demands: list[SkillDemand] = Field(default=[], max_length=200)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({(cost.period, cost.kind) for cost in self.costs}) < len(self.costs):
            raise ValueError("give one amount per period and kind")
        if len({(need.skill, need.period) for need in self.demands}) < len(self.demands):
            raise ValueError("name each skill once per period")
        return self


class Candidate(CandidateContent):
    code: Code


class Budget(Schema):
    """At most so much money; null: of all periods together, of both kinds together."""

    period: Code | None = None
    kind: CostKind | None = None
    amount: Funding


class Capacity(Schema):
    """At most so much of a skill; null: over all periods together."""

    skill: Code
    period: Code | None = None
    quantity: Quantity


class Link(Schema):
    kind: LinkKind
    candidates: list[Code] = Field(min_length=1, max_length=200, description="Of needs the first needs the second.")

    @model_validator(mode="after")
    def of_enough(self) -> Self:
        if len(set(self.candidates)) < len(self.candidates):
            raise ValueError("a link names each candidate once")
        if self.kind in (LinkKind.NEEDS, LinkKind.EXCLUDES) and len(self.candidates) != 2:
            raise ValueError("needs and excludes link two candidates")
        if self.kind in (LinkKind.EXACTLY_ONE, LinkKind.AT_MOST_ONE) and len(self.candidates) < 2:
            raise ValueError("an either-or has two candidates or more")
        return self


class CategoryShare(Schema):
    """Of the cost of all that is funded, over all periods and kinds."""

    category: Category
    least: Share | None = None
    most: Share | None = None

    @model_validator(mode="after")
    def some_bound(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("give the least or the most, or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("the least is not above the most")
        return self


class Objective(Schema):
    """With one weight the sum of that figure counts as it is. With both, each figure is first divided by its largest
    absolute amount among all candidates, to nine decimals, so that both lie between -1 and 1."""

    npv: Weight | None = None
    score: Weight | None = None

    @model_validator(mode="after")
    def something(self) -> Self:
        if self.npv is None and self.score is None:
            raise ValueError("give the weight of npv or of score, or both")
        return self


class ScenarioContent(Schema):
    """The limits to keep and what to make the most of."""

    description: Line | None = None
    objective: Objective
    budgets: list[Budget] = Field(default=[], max_length=100)
    capacities: list[Capacity] = Field(default=[], max_length=500)
    links: list[Link] = Field(default=[], max_length=MOST_LINKS)
    shares: list[CategoryShare] = Field(default=[], max_length=3)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        for keys, what in (
            ([(it.period, it.kind) for it in self.budgets], "budget per period and kind"),
            ([(it.skill, it.period) for it in self.capacities], "capacity per skill and period"),
            ([it.category for it in self.shares], "share per category"),
            ([(it.kind, *it.candidates) for it in self.links], "link of a kind between the same candidates"),
        ):
            if len(set(keys)) < len(keys):
                raise ValueError(f"give one {what}")
        return self


class PlanInputs(Schema):
    """All that a solution depends on, frozen when it is asked for."""

    currency: Currency
    periods: list[PlanPeriod]
    candidates: list[Candidate]
    scenario: ScenarioContent

    def unknown(self) -> list[str]:
        """A sentence for each period or candidate that a cost or limit names and that is not there."""
        codes, periods = {it.code for it in self.candidates}, {it.code for it in self.periods}
        said = self.scenario
        asked = {code for link in said.links for code in link.candidates}
        limits = {it.period for it in said.budgets} | {it.period for it in said.capacities}
        return [
            *(f"There is no candidate {code}." for code in sorted(asked - codes)),
            *(f"There is no period {code}." for code in sorted({it for it in limits if it} - periods)),
        ]
