"""What the lines of a budget are expected to use by the end of the year, and the thresholds that this crosses."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT
from finance.account.model import Account
from finance.budget.control import announce, upward
from finance.budget.model import Budget
from finance.budget.position import Line, hold, lines_of
from finance.budget.scope import Place, nearest
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.fiscal_period.range import PeriodRange
from finance.forecast.full_year import Outlook
from finance.forecast.history import Month, history
from finance.forecast.projection import project
from finance.forecast.queries import TooFarAhead, TooLarge, ahead_of, months_of, reach
from finance.forecast.scope import Scope
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance

Spent = Mapping[Place, Mapping[date, Decimal]]
"""What fell on each line, by the first day of the month, in base currency."""


async def look_ahead(session: AsyncSession, at: datetime) -> bool:
    """Looks at one budget in force of a running year that was not looked at today; True when there was one.

    The forecast of a line goes by all spending of the last five years that would fall on it by today's lines. A line of
    which too little is known has none.
    """
    today = at.date()
    query = (
        select(Budget.id, FiscalYear)
        .join(FiscalYear, FiscalYear.id == Budget.fiscal_year_id)
        .where(FiscalYear.starts_on <= today, FiscalYear.ends_on > today, Budget.approved_number.is_not(None))
        .where(or_(Budget.looked_ahead_on.is_(None), Budget.looked_ahead_on < today))
        .order_by(Budget.id)
        .limit(1)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return False
    budget_id, year = row
    amounts = await expected(session, budget_id, year, today)
    held = await hold(session, amounts.keys())
    found = await lines_of(session, [budget_id])
    concerned = [found[place] for place in amounts if place in held and place in found]
    await announce(session, concerned, "forecast", amounts)
    # Not a change of the budget, whose version those who edit it have read.
    await session.execute(update(Budget).where(Budget.id == budget_id).values(looked_ahead_on=today))
    return True


async def expected(session: AsyncSession, budget_id: UUID, year: FiscalYear, today: date) -> dict[Place, Decimal]:
    """Of each line what the year comes to, where that can be told; with the spending of all lines below it."""
    first, end = reach(year, today)
    try:
        calendar = await months_of(session, Scope(), today, first, end)
    except TooLarge:
        return {}
    lines = await lines_of(session, [budget_id])
    spent = _with_above(await _spent(session, year, first, end), lines)
    series = {
        place: [replace(month, posted=months.get(month.starts_on)) for month in calendar]
        for place, months in spent.items()
    }
    # In a thread: fitting the months of many lines takes seconds.
    totals = await asyncio.to_thread(lambda: {place: _total(months, year, today) for place, months in series.items()})
    return {place: total for place, total in totals.items() if total is not None}


def _with_above(spent: Spent, lines: Mapping[Place, Line]) -> Spent:
    """What fell on a line fell on those above it too; lines of other budgets are left out."""
    sums: dict[Place, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for leaf in spent.keys() & lines.keys():
        for line in upward(lines, leaf):
            for starts_on, cost in spent[leaf].items():
                sums[line.place][starts_on] = EXACT.add(sums[line.place][starts_on], cost)
    return sums


async def _spent(session: AsyncSession, year: FiscalYear, first: date, end: date) -> Spent:
    by = (PeriodBalance.cost_object_id, Account.nature, FiscalPeriod.starts_on)
    query = balances(PeriodRange(first, end, year.base_currency), CostBasis.GROSS, *by)
    rows = (await session.execute(query)).all()
    places = await nearest(session, year.id, {(row[0], row[1]) for row in rows})
    spent: dict[Place, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for cost_object_id, nature, starts_on, cost in rows:
        if place := places.get((cost_object_id, nature)):
            spent[place][starts_on] = EXACT.add(spent[place][starts_on], cost)
    return spent


def _total(months: Sequence[Month], year: FiscalYear, today: date) -> Decimal | None:
    past = history(months, currency=year.base_currency, today=today)
    try:
        ahead = ahead_of(months, past, year)
    except TooFarAhead:
        return None
    return Outlook.of(year, months, past=past, said=project(past.values, ahead) if ahead else None).total
