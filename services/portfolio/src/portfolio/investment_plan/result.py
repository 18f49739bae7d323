"""What a solution says: the selection, how the limits stand, what a change would bring, or what clashes."""

from pydantic import Field

from chassis.money import Amount
from chassis.text import Schema
from portfolio.investment_plan.terms import Category, CostKind, LimitKind, SolutionOutcome


class PlanPeriodCost(Schema):
    period: str
    kind: CostKind
    amount: Amount


class CategoryCost(Schema):
    category: Category | None
    candidates: int
    cost: Amount
    share: Amount | None = Field(description="Of the cost of all that is funded, four decimals.")


class LimitUse(Schema):
    """A budget or capacity. It binds when nothing that is left out and needs some of it fits into what is left."""

    kind: LimitKind
    sentence: str
    amount: Amount
    used: Amount
    left: Amount
    binds: bool


class Difference(Schema):
    """The best selection after a change: how much more it is worth, and what it funds that the solution does not. Its
    gap is that of its own proof."""

    gain: Amount
    outcome: SolutionOutcome
    gap: Amount | None
    added: list[str]
    dropped: list[str]


class RaisedLimits(Difference):
    limits: list[str] = Field(description="Raised by the percent that was asked for.")


class GivenUpLink(Difference):
    kind: LimitKind
    sentence: str


class ClashView(Schema):
    """Limits that cannot all be kept. Irreducible: without any one of them the others can."""

    limits: list[str]
    irreducible: bool


class Selection(Schema):
    outcome: SolutionOutcome
    value: Amount | None
    bound: Amount | None = Field(description="No selection is worth more than this.")
    gap: Amount | None = Field(description="What is not proved, as a part of the value; 0 for an optimum.")
    cost: Amount | None
    selected: list[str]
    unknown_value: list[str] = Field(description="Candidates whose value is not known; funded only where mandatory.")
    costs: list[PlanPeriodCost]
    categories: list[CategoryCost]
    limits: list[LimitUse]


class SelectionResult(Selection):
    seconds: Amount = Field(description="Until the selection was found and proved.")
    raises: list[RaisedLimits] = Field(description="What would be funded next.")
    links: list[GivenUpLink] = Field(description="What each link and share costs.")
    unexplored: list[str] = Field(description="Limits for whose change there was no time.")
    clash: ClashView | None = Field(description="Why there is no selection; null where there is one.")


class FrontierPoint(Schema):
    seconds: Amount
    percent: int = Field(description="Of each budget of the scenario.")
    budget: Amount = Field(description="The sum of the budgets.")
    outcome: SolutionOutcome
    value: Amount | None
    bound: Amount | None
    gap: Amount | None
    cost: Amount | None
    funded: int
    added: list[str] = Field(description="Against the point before.")
    dropped: list[str]
    gain_per_unit: Amount | None = Field(description="More value per unit of budget since the point before.")


class FrontierResult(Schema):
    points: list[FrontierPoint]
