"""What callers send and see of budgets."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount, Currency, PositiveAmount
from chassis.text import Code, Line, Prose, Schema
from finance.budget.lines import MONTHS, MOST_LINES, Control, Horizon
from finance.budget.model import BudgetState
from finance.budget.variance import Meaning

Percent = Annotated[int, Field(ge=1, le=1_000)]
Months = Annotated[list[Amount], Field(min_length=MONTHS, max_length=MONTHS)]


class Controls(Schema):
    """What happens when a line does not suffice for a document of a kind."""

    request: Control = Control.STOP
    commitment: Control = Control.STOP
    actual: Control = Control.WARN


class PlanBudgetLine(Schema):
    """Its scope is a cost object with all below it, and a nature; what is left out is any."""

    code: Code
    name: Line
    parent: Code | None = Field(default=None, description="The line above it, whose budget is the sum of those below.")
    cost_object: Code | None = None
    nature: Line | None = None
    total: Amount | None = Field(default=None, description="Of the year; spread evenly without `months`.")
    months: Months | None = Field(default=None, description="Twelve amounts, the first month of the year first.")
    planned_quantity: PositiveAmount | None = Field(default=None, description="In the unit of `driver`, over the year.")
    driver: Code | None = None
    controls: Controls = Field(default_factory=Controls)
    horizon: Horizon = Horizon.YEARLY
    thresholds: list[Percent] = Field(default=[80, 100], max_length=10, description="Percent of the year's budget.")


class BeginBudget(Schema):
    code: Code
    name: Line
    fiscal_year: Code
    currency: Currency = "CAD"


class ReviseBudget(Schema):
    document: Line = Field(description="The budget document that this is.", examples=["Main estimates"])
    reason: Prose = ""
    lines: list[PlanBudgetLine] = Field(min_length=1, max_length=MOST_LINES)

    @model_validator(mode="after")
    def _each_line_once(self) -> Self:
        if len({line.code for line in self.lines}) < len(self.lines):
            raise ValueError("each line needs a code of its own")
        return self


class RejectBudget(Schema):
    reason: Annotated[Prose, Field(min_length=1)]


class BudgetRow(Schema):
    """A row of a spreadsheet: a line with its total, or its months `p01` to `p12`."""

    line: Code
    name: Line | None = None
    parent: Code | None = None
    cost_object: Code | None = None
    nature: Line | None = None
    total: Amount | None = None
    p01: Amount | None = None
    p02: Amount | None = None
    p03: Amount | None = None
    p04: Amount | None = None
    p05: Amount | None = None
    p06: Amount | None = None
    p07: Amount | None = None
    p08: Amount | None = None
    p09: Amount | None = None
    p10: Amount | None = None
    p11: Amount | None = None
    p12: Amount | None = None

    @model_validator(mode="after")
    def _all_months_or_none(self) -> Self:
        given = [month for month in self.months() if month is not None]
        if given and len(given) < MONTHS:
            raise ValueError("give all twelve months p01 to p12, or a total")
        if not given and self.total is None:
            raise ValueError("give a total, or the twelve months p01 to p12")
        return self

    def months(self) -> list[Decimal | None]:
        return [getattr(self, f"p{month:02}") for month in range(1, MONTHS + 1)]


class BudgetView(Schema):
    id: UUID
    fiscal_year_id: UUID
    code: str
    name: str
    currency: str
    number: int = Field(description="Of the newest version.")
    approved_number: int | None = Field(description="Of the version in force.")
    rate: Amount | None = Field(description="Base currency per unit of `currency` when that was approved.")
    version: int


class BudgetVersionView(Schema):
    budget_id: UUID
    number: int
    revises: int | None
    document: str
    reason: str
    state: BudgetState
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None


class BudgetLineView(Schema):
    code: str
    name: str
    parent: str | None
    cost_object: str | None
    nature: str | None
    months: list[Amount] = Field(description="With those of the lines below it, in the currency of the budget.")
    total: Amount
    change: Amount = Field(description="Of the total, against the version that this one revises.")
    planned_quantity: Amount | None
    driver: str | None
    controls: Controls
    horizon: Horizon
    thresholds: list[int]


class BudgetDocumentView(BudgetVersionView):
    """A version with its lines."""

    lines: list[BudgetLineView]
    total: Amount


class MonthPosition(Schema):
    """In base currency."""

    month: int = Field(description="1 is the first of the fiscal year.")
    budgeted: Amount
    requested: Amount
    committed: Amount
    actual: Amount
    left: Amount = Field(description="Burn-down: the year's budget less all actuals up to this month.")


class PositionView(Schema):
    """What a line of the version in force has, with the lines below it, and what is used of it; in base currency."""

    line: str
    name: str
    parent: str | None
    cost_object: str | None
    nature: str | None
    budgeted: Amount
    requested: Amount
    committed: Amount
    actual: Amount
    available: Amount
    months: list[MonthPosition]


class VarianceRow(Schema):
    """Budget against actual of a line up to a month; in base currency."""

    budget: str
    line: str
    name: str
    cost_object: str | None
    nature: str | None
    budgeted: Amount
    actual: Amount
    variance: Amount = Field(description="Actual less budget.")
    meaning: Meaning
    variance_percent: Amount | None = Field(description="Of the budget, one decimal; null without a budget.")
    planned_quantity: Amount | None
    actual_quantity: Amount | None
    price_variance: Amount | None = Field(description="Price and volume together are the variance.")
    volume_variance: Amount | None


class VariancesView(Schema):
    fiscal_year: str
    month: int
    currency: str
    rows: list[VarianceRow]
