"""Budget, actual and forecast of a scope in a fiscal year, month by month: what is left, where the year will end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import BigInteger, column, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, Amount, exact_sum
from chassis.text import Schema
from finance.budget.lines import MONTHS
from finance.budget.model import Budget, BudgetLine, BudgetPosition
from finance.budget.variance import Meaning, meaning, variance
from finance.cost_object.model import CostObject
from finance.cost_object.tree import cost_objects_below
from finance.fiscal_period.model import FiscalYear, months_after
from finance.fiscal_period.range import PeriodRange
from finance.forecast.full_year import Outlook, OutlookMonth
from finance.forecast.history import Standing
from finance.forecast.method import MethodName
from finance.forecast.queries import outlook
from finance.forecast.scope import Scope
from finance.report.links import EXPLAIN, address


class BudgetOutlookRow(Schema):
    """A month, or the whole year. variance = expected − budgeted: above zero, more is spent than planned."""

    period: str | None = Field(description="Null for the whole year.")
    starts_on: date
    ends_on: date
    standing: Standing | None = Field(description="Null for the whole year.")
    budgeted: Amount | None = Field(description="By the budgets in force; null when no line of theirs has the scope.")
    requested: Amount
    committed: Amount
    actual: Amount = Field(description="The expense posted.")
    available: Amount | None = Field(description="What is budgeted less requested, committed and actual.")
    forecast: Amount | None = Field(description="Of months that are not over.")
    expected: Amount | None = Field(description="Actual of months that are over, else the larger of it and forecast.")
    variance: Amount | None
    meaning: Meaning | None
    explain: str = Field(description=EXPLAIN)
    explain_budget: str = Field(description=EXPLAIN)
    explain_forecast: str = Field(description=EXPLAIN)


class BudgetOutlookView(Schema):
    fiscal_year: str
    cost_object: str | None = Field(description="With all below it; null for everything.")
    nature: str | None
    base_currency: str
    method: MethodName | None = Field(description="Of the forecast; null where nothing is forecast.")
    why: str
    rows: list[BudgetOutlookRow] = Field(max_length=MONTHS + 1)


@dataclass(frozen=True)
class Budgeted:
    """What lines of the scope have in a month, and what is asked and ordered of it."""

    budgeted: Decimal
    requested: Decimal
    committed: Decimal


async def budget_outlook(
    session: AsyncSession, year: FiscalYear, *, cost_object: str | None, nature: str | None, today: date
) -> BudgetOutlookView:
    """Raises UnknownScope, TooLarge, TooFarAhead."""
    scope = Scope(cost_object=cost_object, nature=nature, with_below=True)
    expected = await outlook(session, scope, year=year, today=today)
    budgets, months = await _budgeted(session, year, scope)
    links = Links(year, scope, budgets)
    rows = [
        _row(f"{year.code}-P{number:02}", month, months.get(number), links)
        for number, month in enumerate(expected.months, 1)
    ]
    return BudgetOutlookView(
        fiscal_year=year.code,
        cost_object=cost_object,
        nature=nature,
        base_currency=year.base_currency,
        method=expected.method,
        why=expected.why,
        rows=[*rows, _whole(expected, rows, links)],
    )


async def _budgeted(session: AsyncSession, year: FiscalYear, scope: Scope) -> tuple[set[UUID], dict[int, Budgeted]]:
    """The budgets that have lines of the scope, and their months; in base currency. One statement."""
    numbers = func.generate_series(1, MONTHS).table_valued(column("number", BigInteger)).render_derived()
    used, line, month = BudgetPosition, BudgetLine, numbers.c.number
    query = (
        select(
            month,
            func.sum(line.amounts[month] * Budget.rate),
            func.coalesce(func.sum(used.requested), 0),
            func.coalesce(func.sum(used.committed), 0),
            func.array_agg(Budget.id.distinct()),
        )
        .join_from(Budget, line, (line.budget_id == Budget.id) & (line.number == Budget.approved_number))
        .join(numbers, true())
        .outerjoin(used, (used.budget_id == line.budget_id) & (used.line == line.code) & (used.month == month))
        .where(Budget.fiscal_year_id == year.id, line.amounts.is_not(None), *_of_scope(scope))
        .group_by(month)
    )
    rows = (await session.execute(query)).all()
    return {id for row in rows for id in row[4]}, {row[0]: Budgeted(*row[1:4]) for row in rows}


def _of_scope(scope: Scope) -> list[Any]:
    conditions: list[Any] = []
    if scope.cost_object:
        below = cost_objects_below(select(CostObject.id).where(CostObject.code == scope.cost_object))
        conditions.append(BudgetLine.cost_object_id.in_(below))
    if scope.nature:
        conditions.append(BudgetLine.nature == scope.nature)
    return conditions


@dataclass(frozen=True)
class Links:
    year: FiscalYear
    scope: Scope
    budgets: set[UUID]

    def entries(self, part: PeriodRange) -> str:
        named: dict[str, Any] = (
            {"cost_object": self.scope.cost_object, "with_below": True} if self.scope.cost_object else {}
        )
        return address(
            "journal-entries",
            **named,
            nature=self.scope.nature,
            posted_from=part.starts_on,
            posted_before=part.ends_on,
        )

    @property
    def budget(self) -> str:
        if len(self.budgets) == 1:
            return f"budgets/{next(iter(self.budgets))}/positions"
        return address("budgets", fiscal_year=self.year.code)

    @property
    def forecast(self) -> str:
        scope, year = self.scope, self.year.code
        return address(
            "full-year-outlook",
            fiscal_year=year,
            cost_object=scope.cost_object,
            nature=scope.nature,
            with_below=scope.with_below,
        )


def _row(period: str, month: OutlookMonth, budget: Budgeted | None, links: Links) -> BudgetOutlookRow:
    part = PeriodRange(month.starts_on, months_after(month.starts_on, 1), links.year.base_currency)
    figures = (month.posted, month.forecast, month.amount)
    return _said(period, part, month.standing, budget, figures, links)


def _whole(expected: Outlook, rows: Sequence[BudgetOutlookRow], links: Links) -> BudgetOutlookRow:
    def whole(name: str) -> Decimal:
        return exact_sum(getattr(row, name) for row in rows if getattr(row, name) is not None)

    part = PeriodRange(expected.starts_on, expected.ends_on, expected.base_currency)
    known = any(row.budgeted is not None for row in rows)
    budget = Budgeted(whole("budgeted"), whole("requested"), whole("committed")) if known else None
    told = expected.total is not None and any(row.forecast is not None for row in rows)
    figures = (whole("actual"), whole("forecast") if told else None, expected.total)
    return _said(None, part, None, budget, figures, links)


def _said(
    period: str | None,
    part: PeriodRange,
    standing: Standing | None,
    budget: Budgeted | None,
    figures: tuple[Decimal, Decimal | None, Decimal | None],
    links: Links,
) -> BudgetOutlookRow:
    actual, forecast, expected = figures
    used = [actual, *((budget.requested, budget.committed) if budget else ())]
    off = variance(budget.budgeted, expected) if budget and expected is not None else None
    return BudgetOutlookRow(
        period=period,
        starts_on=part.starts_on,
        ends_on=part.ends_on,
        standing=standing,
        budgeted=budget.budgeted if budget else None,
        requested=budget.requested if budget else Decimal(0),
        committed=budget.committed if budget else Decimal(0),
        actual=actual,
        available=EXACT.subtract(budget.budgeted, exact_sum(used)) if budget else None,
        forecast=forecast,
        expected=expected,
        variance=off,
        meaning=None if off is None else meaning(off),
        explain=links.entries(part),
        explain_budget=links.budget,
        explain_forecast=links.forecast,
    )
