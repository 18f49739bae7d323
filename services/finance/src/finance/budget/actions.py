"""What happens to budgets: versions are drafted, submitted and decided on, and spending is counted anew."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, exact_sum
from chassis.problems import NoSuchResource
from finance.account.model import Account, AccountType
from finance.budget import lines as rules
from finance.budget import position
from finance.budget.control import actuals, announce
from finance.budget.model import (
    Budget,
    BudgetLine,
    BudgetPosition,
    BudgetVersion,
    LineInUse,
    ScopeTaken,
)
from finance.budget.schemas import PlanBudgetLine
from finance.budget.scope import Place, nearest
from finance.cost_object.model import CostObject
from finance.driver.model import Driver
from finance.exchange_rate.queries import conversion_into_base
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.fiscal_period.year_end import periods_of
from finance.ledger.model import PeriodBalance


async def version_of(session: AsyncSession, budget: Budget, number: int) -> BudgetVersion:
    """Whoever changes it holds the budget at its version. NoSuchResource."""
    version = await session.get(BudgetVersion, (budget.id, number))
    if version is None:
        raise NoSuchResource(f"The budget {budget.code} has no version {number}.")
    return version


async def plan(
    session: AsyncSession, budget: Budget, version: BudgetVersion, planned: Sequence[PlanBudgetLine]
) -> None:
    """Give a draft these lines in place of those it has. LinesUnfit, TransitionRefused, NoSuchResource."""
    version.check_draft()
    if not planned:
        raise rules.LinesUnfit("A budget has at least one line.")
    parents = {line.code: line.parent for line in planned}
    rules.check_tree(parents, [line.code for line in planned if line.total is not None or line.months])
    headings = set(parents.values())
    objects = await _ids(session, CostObject, {line.cost_object for line in planned if line.cost_object})
    drivers = await _ids(session, Driver, {line.driver for line in planned if line.driver})
    await session.execute(
        delete(BudgetLine).where(BudgetLine.budget_id == budget.id, BudgetLine.number == version.number)
    )
    session.add_all(
        BudgetLine(
            budget_id=budget.id,
            number=version.number,
            code=line.code,
            name=line.name,
            parent=line.parent,
            cost_object_id=objects[line.cost_object] if line.cost_object else None,
            nature=line.nature,
            amounts=None if line.code in headings else rules.months(line.months, line.total, budget.currency),
            planned_quantity=line.planned_quantity,
            driver_id=drivers[line.driver] if line.driver else None,
            controls=line.controls.model_dump(mode="json"),
            horizon=line.horizon,
            thresholds=sorted(set(line.thresholds)),
        )
        for line in planned
    )
    await session.flush()


async def _ids(session: AsyncSession, kind: type[CostObject] | type[Driver], codes: set[str]) -> dict[str, UUID]:
    query = select(kind.code, kind.id).where(kind.code.in_(codes))
    found = {row[0]: row[1] for row in await session.execute(query)}
    if missing := sorted(codes - found.keys()):
        raise NoSuchResource(f"There is no {kind.__name__} {missing[0]}.")
    return found


async def approve(session: AsyncSession, budget: Budget, version: BudgetVersion, *, by: str, at: datetime) -> None:
    """The version is in force, the one before superseded, and all spending of the year counted by the lines in force.

    Postings into the year wait meanwhile. Raises OwnSubmission, Outdated, ScopeTaken, LineInUse, RateUnknown.
    """
    year = await session.get_one(FiscalYear, budget.fiscal_year_id)
    await periods_of(session, year)
    version.approve(by=by, at=at)
    budget.check_newest(version)
    if version.revises:
        (await version_of(session, budget, version.revises)).supersede()
    rate = (await conversion_into_base(session, year, budget.currency, at.date())).rate
    total = exact_sum(await _amounts(session, version))
    budget.approve(version, fiscal_year=year.code, rate=rate, total=total)
    await session.flush()
    await _check_scopes(session, year.id)
    await _check_open_reservations(session, budget)
    await recount(session, year)


async def _amounts(session: AsyncSession, version: BudgetVersion) -> list[Decimal]:
    L = BudgetLine
    query = select(func.unnest(L.amounts)).where(L.budget_id == version.budget_id, L.number == version.number)
    return list(await session.scalars(query))


async def _check_scopes(session: AsyncSession, year_id: UUID) -> None:
    L = BudgetLine
    query = (
        select(func.array_agg(L.code))
        .join(Budget, (Budget.id == L.budget_id) & (Budget.approved_number == L.number))
        .where(Budget.fiscal_year_id == year_id, L.amounts.is_not(None))
        .group_by(L.cost_object_id, L.nature)
        .having(func.count() > 1)
        .limit(1)
    )
    if codes := await session.scalar(query):
        raise ScopeTaken(f"The lines {', '.join(sorted(codes)[:10])} have the same cost object and nature.")


async def _check_open_reservations(session: AsyncSession, budget: Budget) -> None:
    P, L = BudgetPosition, BudgetLine
    there = select(L.code).where(L.budget_id == budget.id, L.number == budget.approved_number, L.amounts.is_not(None))
    query = select(P.line).where(P.budget_id == budget.id, P.requested + P.committed != 0, P.line.not_in(there))
    if line := await session.scalar(query.limit(1)):
        raise LineInUse(f"{line} has open reservations: release them first.")


async def recount(session: AsyncSession, year: FiscalYear) -> None:
    """Actuals of all lines in force, from the kept balances: who has which scope has changed."""
    budget_ids = list(
        await session.scalars(
            select(Budget.id).where(Budget.fiscal_year_id == year.id, Budget.approved_number.is_not(None))
        )
    )
    await session.execute(update(BudgetPosition).where(BudgetPosition.budget_id.in_(budget_ids)).values(actual=0))
    B = PeriodBalance
    spent = (
        await session.execute(
            select(FiscalPeriod.starts_on, B.cost_object_id, Account.nature, func.sum(B.base_debit - B.base_credit))
            .join_from(B, FiscalPeriod, FiscalPeriod.id == B.fiscal_period_id)
            .join(Account, Account.id == B.account_id)
            .where(FiscalPeriod.fiscal_year_id == year.id, Account.type == AccountType.EXPENSE, ~B.closing)
            .group_by(FiscalPeriod.starts_on, B.cost_object_id, Account.nature)
        )
    ).all()
    places = await nearest(session, year.id, {(row[1], row[2]) for row in spent})
    used: dict[tuple[Place, int], Decimal] = defaultdict(Decimal)
    for starts_on, cost_object_id, nature, amount in spent:
        if place := places.get((cost_object_id, nature)):
            key = place, position.month_of(year.starts_on, starts_on)
            used[key] = EXACT.add(used[key], amount)
    await position.use(session, {key: position.Month(actual=amount) for key, amount in used.items()})
    found = list((await position.lines_of(session, budget_ids)).values())
    await announce(session, found, "actual", actuals(found))


async def standing_lines(session: AsyncSession, budget: Budget) -> list[BudgetLine]:
    """Of the version in force; none before the first."""
    L = BudgetLine
    query = select(L).where(L.budget_id == budget.id, L.number == (budget.approved_number or 0)).order_by(L.code)
    return list(await session.scalars(query))
