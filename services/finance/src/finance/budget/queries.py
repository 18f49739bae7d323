"""Budgets as they are shown: their documents, their positions, and their variances."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import DECIMALS, EXACT, exact_sum, of_fraction
from finance.budget import variance as rule
from finance.budget.lines import MONTHS, rolled_up
from finance.budget.model import Budget, BudgetLine, BudgetVersion
from finance.budget.position import Line, lines_of
from finance.budget.schemas import (
    BudgetDocumentView,
    BudgetLineView,
    BudgetVersionView,
    MonthPosition,
    PositionView,
    VarianceRow,
    VariancesView,
)
from finance.budget.scope import Place
from finance.cost_object.model import CostObject
from finance.driver.model import Driver, DriverKind
from finance.driver.queries import quantities
from finance.fiscal_period.model import FiscalYear, months_after
from finance.fiscal_period.range import PeriodRange


async def document(session: AsyncSession, version: BudgetVersion) -> BudgetDocumentView:
    """A version with its lines, each with what changed against the version that it revises."""
    rows = await _rows(session, version.budget_id, version.number)
    parents = {row.BudgetLine.code: row.BudgetLine.parent for row in rows}
    months = rolled_up(parents, {row.BudgetLine.code: row.BudgetLine.amounts for row in rows if row.BudgetLine.amounts})
    before = await _totals(session, version.budget_id, version.revises)
    leaves = [exact_sum(row.BudgetLine.amounts) for row in rows if row.BudgetLine.amounts]
    return BudgetDocumentView(
        **dict(BudgetVersionView.model_validate(version)),
        lines=[_line(row, months.get(row.BudgetLine.code, [Decimal(0)] * MONTHS), before) for row in rows],
        total=exact_sum(leaves),
    )


def _line(row: Any, months: Sequence[Decimal], before: Mapping[str, Decimal]) -> BudgetLineView:
    line, total = row.BudgetLine, exact_sum(months)
    return BudgetLineView(
        code=line.code,
        name=line.name,
        parent=line.parent,
        cost_object=row.cost_object,
        nature=line.nature,
        months=list(months),
        total=total,
        change=EXACT.subtract(total, before.get(line.code, Decimal(0))),
        planned_quantity=line.planned_quantity,
        driver=row.driver,
        controls=line.controls,
        horizon=line.horizon,
        thresholds=line.thresholds,
    )


async def _rows(session: AsyncSession, budget_id: UUID, number: int) -> Sequence[Any]:
    query = (
        select(BudgetLine, CostObject.code.label("cost_object"), Driver.code.label("driver"))
        .outerjoin(CostObject, CostObject.id == BudgetLine.cost_object_id)
        .outerjoin(Driver, Driver.id == BudgetLine.driver_id)
        .where(BudgetLine.budget_id == budget_id, BudgetLine.number == number)
        .order_by(BudgetLine.code)
    )
    return (await session.execute(query)).all()


async def _totals(session: AsyncSession, budget_id: UUID, number: int | None) -> dict[str, Decimal]:
    if number is None:
        return {}
    lines = [row.BudgetLine for row in await _rows(session, budget_id, number)]
    parents = {line.code: line.parent for line in lines}
    months = rolled_up(parents, {line.code: line.amounts for line in lines if line.amounts})
    return {code: exact_sum(amounts) for code, amounts in months.items()}


async def code_of(session: AsyncSession, kind: type[CostObject] | type[Driver], ids: set[UUID]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in await session.execute(select(kind.id, kind.code).where(among(kind.id, ids)))}


async def positions(session: AsyncSession, budget: Budget) -> list[PositionView]:
    """In base currency, by line."""
    found = await lines_of(session, [budget.id])
    return [_position(found[place]) for place in sorted(found)]


def _position(line: Line) -> PositionView:
    sums = line.sums()
    return PositionView(
        line=line.place.line,
        name=line.name,
        parent=line.parent,
        cost_object=line.cost_object,
        nature=line.nature,
        budgeted=sums.budgeted,
        requested=sums.requested,
        committed=sums.committed,
        actual=sums.actual,
        available=sums.available,
        months=[
            MonthPosition(
                month=number,
                budgeted=month.budgeted,
                requested=month.requested,
                committed=month.committed,
                actual=month.actual,
                left=EXACT.subtract(sums.budgeted, line.sums(number).actual),
            )
            for number, month in enumerate(line.months, 1)
        ],
    )


async def variances(session: AsyncSession, year: FiscalYear, month: int) -> VariancesView:
    """Of all lines in force, from the first month of the year up to and with a month."""
    budgets = await session.scalars(
        select(Budget)
        .where(Budget.fiscal_year_id == year.id, Budget.approved_number.is_not(None))
        .order_by(Budget.code)
    )
    codes = {budget.id: budget.code for budget in budgets}
    found = await lines_of(session, codes.keys())
    measured = await _quantities(session, year, month, codes.keys())
    order = sorted(found, key=lambda place: (codes[place.budget_id], place.line))
    rows = [_variance(codes[place.budget_id], found[place], month, measured.get(place)) for place in order]
    return VariancesView(fiscal_year=year.code, month=month, currency=year.base_currency, rows=rows)


def _variance(budget: str, line: Line, month: int, quantities: tuple[Decimal, Decimal] | None) -> VarianceRow:
    sums = line.sums(month)
    off = rule.variance(sums.budgeted, sums.actual)
    parts = rule.parts(sums.budgeted, sums.actual, *quantities) if quantities else None
    return VarianceRow(
        budget=budget,
        line=line.place.line,
        name=line.name,
        cost_object=line.cost_object,
        nature=line.nature,
        budgeted=sums.budgeted,
        actual=sums.actual,
        variance=off,
        meaning=rule.meaning(off),
        variance_percent=of_fraction(Fraction(off) * 100 / Fraction(sums.budgeted), 1) if sums.budgeted else None,
        planned_quantity=quantities[0] if quantities else None,
        actual_quantity=quantities[1] if quantities else None,
        price_variance=parts.price if parts else None,
        volume_variance=parts.volume if parts else None,
    )


async def _quantities(
    session: AsyncSession, year: FiscalYear, month: int, budget_ids: Collection[UUID]
) -> dict[Place, tuple[Decimal, Decimal]]:
    """Planned and actual quantity of the lines that have a driver; of a flow, as many twelfths of the year's plan as
    there are months."""
    query = (
        select(BudgetLine, Driver)
        .join(Budget, (Budget.id == BudgetLine.budget_id) & (Budget.approved_number == BudgetLine.number))
        .join(Driver, Driver.id == BudgetLine.driver_id)
        .where(among(Budget.id, budget_ids))
    )
    lines = (await session.execute(query)).all()
    drivers = {driver.id: driver for _, driver in lines}
    within = PeriodRange(year.starts_on, months_after(year.starts_on, month), year.base_currency)
    held: dict[tuple[UUID, UUID], Decimal] = {}
    async for driver_id, targets, amounts in quantities(session, list(drivers.values()), within):
        held |= {(driver_id, target): amount for target, amount in zip(targets, amounts, strict=True)}
    return {
        Place(line.budget_id, line.code): (
            _planned(line.planned_quantity, driver, month),
            held.get((driver.id, line.cost_object_id), Decimal(0)),
        )
        for line, driver in lines
        if line.planned_quantity and line.cost_object_id
    }


def _planned(quantity: Decimal, driver: Driver, month: int) -> Decimal:
    if driver.kind == DriverKind.LEVEL:
        return quantity
    return of_fraction(Fraction(quantity) * month / MONTHS, DECIMALS).normalize(EXACT)
