"""What callers send and see of the solutions of an investment plan."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount
from chassis.text import Code, Schema
from portfolio.investment_plan.result import CategoryCost, FrontierResult, PlanPeriodCost, SelectionResult
from portfolio.investment_plan.settings import FrontierSettings, Settings
from portfolio.investment_plan.terms import SolutionKind, SolutionOutcome, SolutionState


class AskSolution(Settings):
    scenario: Code


class AskFrontier(FrontierSettings):
    scenario: Code


class Progress(Schema):
    """Of a selection the best so far and what is proved; of other stages how many of how many questions are done."""

    stage: str
    value: Amount | None = None
    bound: Amount | None = None
    gap: Amount | None = None
    done: int | None = None
    of: int | None = None


class ProgressView(Schema):
    stage: str
    value: Amount | None
    bound: Amount | None
    gap: Amount | None
    done: int | None
    of: int | None


class SolutionSummary(Schema):
    id: UUID
    investment_plan_id: UUID
    scenario: str
    kind: SolutionKind
    state: SolutionState
    outcome: SolutionOutcome | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    reason: str | None = Field(description="Why it failed or who cancelled it.")


class SolutionView(SolutionSummary):
    """A result is there when it is done: of a selection or of a frontier."""

    progress: ProgressView | None
    selection: SelectionResult | None
    frontier: FrontierResult | None


class ComparedScenario(Schema):
    """The newest selection of a scenario. Sums of NPV and score compare what different objectives do not."""

    scenario: str
    solution_id: UUID
    current: bool = Field(description="Whether candidates and scenario are still what was solved.")
    outcome: SolutionOutcome
    value: Amount | None
    gap: Amount | None
    cost: Amount | None
    funded: int
    npv: Amount
    score: Amount
    costs: list[PlanPeriodCost]
    categories: list[CategoryCost]


class ComparedCandidate(Schema):
    """One that some scenarios fund and others do not."""

    code: str
    name: str
    funded_in: list[str]


class PlanComparison(Schema):
    scenarios: list[ComparedScenario]
    in_all: list[str]
    differing: list[ComparedCandidate]
    not_solved: list[str] = Field(description="Scenarios without a selection.")
