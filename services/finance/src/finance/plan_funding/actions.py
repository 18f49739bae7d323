"""Opening the budgets of an approved investment plan."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Problem
from finance.budget import actions as budgets
from finance.budget.model import Budget, CodeTaken
from finance.budget.schemas import PlanBudgetLine
from finance.cost_object.model import CostObject, CostObjectKind
from finance.fiscal_period.model import FiscalYear
from finance.plan_funding.model import FundedLine, NoFiscalYear, PlanFunding


async def fund(
    session: AsyncSession,
    plan_id: UUID,
    periods: Iterable[tuple[str, date, date, Sequence[FundedLine]]],
    at: datetime,
    **said: Any,
) -> None:
    """One funding per period with money; `said` is what the plan says. What cannot be opened waits, visibly."""
    # Two plans with a candidate of one code open its cost object after one another.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("plan fundings", 0))))
    heard = set(await session.scalars(select(PlanFunding.period).where(PlanFunding.investment_plan_id == plan_id)))
    for period, starts_on, ends_on, lines in periods:
        if period in heard or not lines:
            continue
        funding = PlanFunding(
            investment_plan_id=plan_id,
            period=period,
            starts_on=starts_on,
            ends_on=ends_on,
            lines=[line.model_dump(mode="json") for line in lines],
            **said,
        )
        funding.wait("It is being opened.")
        session.add(funding)
        await session.flush()
        try:
            async with session.begin_nested():
                budget_id = await _opened(session, funding, at)
        except Problem as problem:
            funding.wait(problem.detail)
        else:
            funding.open(budget_id)
        await session.flush()


async def open_waiting(session: AsyncSession, funding: PlanFunding, at: datetime) -> None:
    """AlreadyOpened, NoFiscalYear, and whatever the approval of a budget refuses."""
    funding.check_waiting()
    funding.open(await _opened(session, funding, at))
    await session.flush()


async def _opened(session: AsyncSession, funding: PlanFunding, at: datetime) -> UUID:
    """A budget with a line per funded candidate, in force: the approval of the plan is that of the budget, by the same
    two people. Each line has a project of its candidate's code as its scope."""
    F = FiscalYear
    year = await session.scalar(select(F).where(F.starts_on == funding.starts_on, F.ends_on == funding.ends_on))
    if year is None:
        raise NoFiscalYear(
            f"No fiscal year lasts from {funding.starts_on} to {funding.ends_on}: begin it, then open this funding."
        )
    code = f"plan-{funding.plan}"[:64]
    if await session.scalar(select(Budget.id).where(Budget.fiscal_year_id == year.id, Budget.code == code)):
        raise CodeTaken(f"The fiscal year {year.code} has a budget {code}.")
    lines = funding.funded
    await _open_projects(session, lines, funding.starts_on)
    budget = Budget.begin(fiscal_year_id=year.id, code=code, name=funding.name, currency=funding.currency)
    session.add(budget)
    await session.flush()
    version = budget.revise(document=f"Investment plan {funding.plan}", reason=f"Approved by {funding.approved_by}.")
    session.add(version)
    await session.flush()
    planned = [PlanBudgetLine(code=it.code, name=it.name, cost_object=it.code, total=it.total) for it in lines]
    await budgets.plan(session, budget, version, planned)
    version.submit(by=funding.submitted_by, at=at)
    await budgets.approve(session, budget, version, by=funding.approved_by, at=at)
    return budget.id


async def _open_projects(session: AsyncSession, lines: Sequence[FundedLine], on: date) -> None:
    """Those that are not there yet under the code of a candidate."""
    codes = [line.code for line in lines]
    known = set(await session.scalars(select(CostObject.code).where(CostObject.code.in_(codes))))
    session.add_all(
        CostObject.open(code=line.code, name=line.name, kind=CostObjectKind.PROJECT, opened_on=on)
        for line in lines
        if line.code not in known
    )
    await session.flush()
