"""Forecasts from the kept balances; no line is added up here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ARRAY, Date, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict, Invalid, NoSuchResource
from finance.consumer.model import Consumer
from finance.driver.model import DriverQuantity
from finance.driver.queries import driver_with
from finance.fiscal_period.model import MONTHS, FiscalPeriod, FiscalYear, months_after
from finance.fiscal_period.range import PeriodRange
from finance.forecast.full_year import Outlook, months_within, over
from finance.forecast.history import MOST_MONTHS, History, Month, Standing, history
from finance.forecast.projection import Projection, project
from finance.forecast.scope import Scope
from finance.ledger.costs import CostBasis, balances

MOST_AHEAD = 36
MOST_SPEND = 10**16


class TooFarAhead(Invalid, code="finance.forecast.too-far-ahead"):
    """The fiscal year ends more than 36 months after the last actual one."""


class TooLarge(Conflict, code="finance.forecast.too-large"):
    """A month of the scope is too large to forecast from: 10^16 or more."""


@dataclass(frozen=True)
class Forecast:
    currency: str
    history: History
    projection: Projection


async def forecast(
    session: AsyncSession, scope: Scope, *, months: int, today: date, driver: str | None = None
) -> Forecast:
    """`months` from the first that is not actual. Raises NoSuchResource without a fiscal year to look back on,
    TooLarge, and what the scope and the driver raise."""
    this_month = today.replace(day=1)
    found = await months_of(session, scope, today, months_after(this_month, -MOST_MONTHS), months_after(this_month, 1))
    if not found:
        raise NoSuchResource(f"No fiscal year reaches into the five years before {today}.")
    currency = found[-1].currency
    past = history(found, currency=currency, today=today)
    return Forecast(currency, past, await _projection(session, scope, past, months, driver))


async def outlook(
    session: AsyncSession, scope: Scope, *, year: FiscalYear, today: date, driver: str | None = None
) -> Outlook:
    """The whole year in its base currency. Raises TooFarAhead, TooLarge, and what the scope and the driver raise."""
    found = await months_of(session, scope, today, *reach(year, today))
    past = history(found, currency=year.base_currency, today=today)
    ahead = ahead_of(found, past, year)
    said = await _projection(session, scope, past, ahead, driver) if ahead else None
    return Outlook.of(year, found, past=past, said=said)


def reach(year: FiscalYear, today: date) -> tuple[date, date]:
    """The months that the outlook of a year needs: its own, those of the year before, and the last five years."""
    this_month = today.replace(day=1)
    before = min(months_after(year.starts_on, -MONTHS), months_after(this_month, -MOST_MONTHS))
    return before, max(year.ends_on, months_after(this_month, 1))


def ahead_of(found: Sequence[Month], past: History, year: FiscalYear) -> int:
    """How many months must be forecast; none when all of the year are over. Raises TooFarAhead."""
    ahead = _months_between(past.next_on, year.ends_on)
    if ahead > MOST_AHEAD:
        raise TooFarAhead(f"{year.code} ends {ahead} months after the last actual one; at most {MOST_AHEAD} are told.")
    return 0 if over(months_within(found, year.starts_on, year.ends_on)) else max(ahead, 0)


async def months_of(session: AsyncSession, scope: Scope, today: date, first: date, end: date) -> list[Month]:
    """The fiscal periods that begin in `[first, end)`, with the spend of the scope in each."""
    P = FiscalPeriod
    spend = (
        balances(PeriodRange(first, end, ""), CostBasis.GROSS, P.starts_on)
        .where(*await scope.conditions(session))
        .subquery()
    )
    query = (
        select(P.starts_on, P.state, FiscalYear.base_currency, spend.c.cost)
        .join(FiscalYear, FiscalYear.id == P.fiscal_year_id)
        .outerjoin(spend, spend.c.starts_on == P.starts_on)
        .where(P.starts_on >= first, P.starts_on < end)
        .order_by(P.starts_on)
    )
    found = [
        Month(starts_on, Standing.of(state, starts_on, today), currency, cost)
        for starts_on, state, currency, cost in await session.execute(query)
    ]
    if large := [month.starts_on for month in found if month.posted and abs(month.posted) >= MOST_SPEND]:
        raise TooLarge(f"{large[0]:%Y-%m} has 10^16 or more in this scope.")
    return found


async def _projection(
    session: AsyncSession, scope: Scope, past: History, months: int, driver: str | None
) -> Projection:
    """Worked out in a thread: the smoothing is fitted a dozen times."""
    quantities = None
    if driver is not None:
        first = past.months[0].starts_on if past.months else past.next_on
        asked = _months_between(first, past.next_on) + months
        quantities = await _quantities(session, scope, driver, [months_after(first, at) for at in range(asked)])
    return await asyncio.to_thread(project, past.values, months, quantities)


async def _quantities(session: AsyncSession, scope: Scope, code: str, months: Sequence[date]) -> list[float]:
    """The driver's quantity on the last day of each month: that of the scope's cost object, when the driver measures
    it, else of all its targets; consumers merged into another have handed theirs over."""
    driver = await driver_with(session, code)
    Q = DriverQuantity
    next_from = func.lead(Q.valid_from).over(partition_by=Q.target_id, order_by=Q.valid_from).label("next_from")
    held = (
        select(Q.quantity, Q.valid_from, next_from)
        .outerjoin(Consumer, Consumer.id == Q.target_id)
        .where(Q.driver_id == driver.id, Consumer.survivor_id.is_(None))
    )
    of_object = Q.target_id == await scope.cost_object_id(session)
    if await session.scalar(select(Q.driver_id).where(Q.driver_id == driver.id, of_object).limit(1)):
        held = held.where(of_object)
    dates = [months_after(month, 1) - timedelta(days=1) for month in months]
    days = select(func.unnest(literal(dates, ARRAY(Date()))).label("day")).subquery()
    in_force, day = held.subquery(), days.c.day
    query = (
        select(day, func.sum(in_force.c.quantity))
        .join(
            in_force, (in_force.c.valid_from <= day) & or_(in_force.c.next_from.is_(None), in_force.c.next_from > day)
        )
        .group_by(day)
    )
    found = {row[0]: float(row[1]) for row in await session.execute(query)}
    return [found.get(day, 0.0) for day in dates]


def _months_between(first: date, end: date) -> int:
    """Whole months from the first day of one to the first day of another; negative when the other is earlier."""
    return (end.year - first.year) * MONTHS + end.month - first.month
