"""What callers send and see of investment plans, their candidates and scenarios."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount, Currency
from chassis.text import Code, Line, Schema
from portfolio.business_case.content import Funding
from portfolio.investment_plan.content import (
    MOST_CANDIDATES,
    MOST_PERIODS,
    Candidate,
    PlanPeriod,
    Quantity,
    Score,
    consecutive,
)
from portfolio.investment_plan.terms import Category, CostKind, LinkKind, PlanStatus
from portfolio.service.schemas import Reason


class BeginInvestmentPlan(Schema):
    code: Code
    name: Line
    currency: Currency
    periods: list[PlanPeriod] = Field(min_length=1, max_length=MOST_PERIODS, description="One after the other.")

    @model_validator(mode="after")
    def one_after_the_other(self) -> Self:
        consecutive(self.periods)
        return self


class SetCandidates(Schema):
    candidates: list[Candidate] = Field(max_length=MOST_CANDIDATES)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({it.code for it in self.candidates}) < len(self.candidates):
            raise ValueError("each candidate needs a code of its own")
        return self


class ImportCases(Schema):
    """Business cases that are submitted or approved, with the figures of their preferred option."""

    business_cases: list[Code] | None = Field(
        default=None, max_length=MOST_CANDIDATES, description="Codes; null: all in the currency of the plan."
    )
    category: Category | None = Field(default=None, description="Of those that are new here.")
    score_model: Code | None = Field(default=None, description="Whose scores they get, by its published version.")
    score_period: Code | None = None

    @model_validator(mode="after")
    def both_or_none(self) -> Self:
        if (self.score_model is None) != (self.score_period is None):
            raise ValueError("give a score model together with the period of its scores")
        return self


class CandidateRow(Schema):
    """A row of a file: one amount and one need of a candidate; several rows of one code add up to it."""

    code: Code
    name: Line | None = None
    category: Category | None = None
    npv: Annotated[Amount, Field(description="At most 15 digits, then 4 decimals.")] | None = None
    score: Score | None = None
    period: Code | None = None
    kind: CostKind | None = None
    amount: Funding | None = None
    skill: Code | None = None
    quantity: Quantity | None = None

    @model_validator(mode="after")
    def placed(self) -> Self:
        if (self.amount is None) != (self.kind is None) or (self.quantity is None) != (self.skill is None):
            raise ValueError("give an amount together with its kind, a quantity together with its skill")
        if self.period is None and (self.amount is not None or self.quantity is not None):
            raise ValueError("an amount and a quantity need a period")
        return self


class LeftOut(Schema):
    business_case: str
    reason: str


class ImportedCases(Schema):
    created: int
    changed: int
    unchanged: int
    left_out: list[LeftOut]
    version: int


class CandidateCostView(Schema):
    period: str
    kind: CostKind
    amount: Amount


class SkillDemandView(Schema):
    skill: str
    period: str
    quantity: Amount


class CandidateView(Schema):
    code: str
    name: str
    category: Category | None
    npv: Amount | None
    score: Amount | None
    costs: list[CandidateCostView]
    demands: list[SkillDemandView]
    business_case_id: UUID | None
    business_case_number: int | None = Field(description="The submission that the figures are of.")
    service_id: UUID | None
    beyond: Amount = Field(description="Cost of the case outside the periods of the plan, which no budget counts.")
    funded: bool


class PlanPeriodView(Schema):
    code: str
    starts_on: date
    ends_on: date


class InvestmentPlanView(Schema):
    id: UUID
    code: str
    name: str
    currency: Currency
    periods: list[PlanPeriodView]
    status: PlanStatus
    solution_id: UUID | None = Field(description="The solution that is submitted or approved.")
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    version: int


class BudgetView(Schema):
    period: str | None
    kind: CostKind | None
    amount: Amount


class CapacityView(Schema):
    skill: str
    period: str | None
    quantity: Amount


class LinkView(Schema):
    kind: LinkKind
    candidates: list[str]


class CategoryShareView(Schema):
    category: Category
    least: Amount | None
    most: Amount | None


class ObjectiveView(Schema):
    npv: Amount | None
    score: Amount | None


class ImportCapacities(Schema):
    skills: list[Code] | None = Field(
        default=None, max_length=500, description="Codes of assets; null: all that the candidates ask for."
    )


class CapacityLeftOut(Schema):
    skill: str
    period: str
    reason: str


class ImportedCapacities(Schema):
    """The limits that the scenario has now of what strategy says there is, whatever runs already needs of it."""

    capacities: list[CapacityView]
    left_out: list[CapacityLeftOut]
    version: int


class ScenarioView(Schema):
    code: str
    description: str | None
    objective: ObjectiveView
    budgets: list[BudgetView]
    capacities: list[CapacityView]
    links: list[LinkView]
    shares: list[CategoryShareView]


class ScenariosView(Schema):
    scenarios: list[ScenarioView]


class SubmitPlan(Schema):
    solution_id: UUID
    reason: Reason
