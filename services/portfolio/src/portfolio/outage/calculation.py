"""Calculates the availability of closed windows from outages, and keeps it as measurements: agreed seconds, and those
of them that the service was up.

A service level remembers up to which day it is calculated; a correction sets that day back, so that everything since is
calculated anew. Its row is locked meanwhile: two outages of a service are taken one after the other.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, case, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among, rows_of
from chassis.money import EXACT, of_fraction
from portfolio.days import DayRange
from portfolio.measurement import by_window
from portfolio.measurement.actions import Figures, figures_of, keep
from portfolio.measurement.model import CALCULATED, DECIMALS
from portfolio.outage.availability import Down, HoursWithin, always, availability, seconds
from portfolio.outage.model import Outage
from portfolio.performance_assessment.actions import WindowKey, assess
from portfolio.service_calendar.model import ServiceCalendar
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.terms import SHARES
from portfolio.service_level.windows import Span, span_of

BY = "steward"
AT_ONCE = 1_000
MOST_WINDOWS, MOST_LEVELS = 5_000, 500


@dataclass
class Due:
    """What is still to be calculated of one service level."""

    level: ServiceLevel
    windows: list[DayRange] = field(default_factory=list)

    @property
    def span(self) -> Span:
        zone = self.level.calendar.zone
        return Span(span_of(self.windows[0], zone).start, span_of(self.windows[-1], zone).end)


async def since(session: AsyncSession, changed: Mapping[UUID, datetime]) -> list[UUID]:
    """The service levels that outages of these services count in, locked, and set back to the instant of the change."""
    rows = rows_of((Outage.service_id, Outage.starts_at), [*changed.items()]).subquery("changed").c
    day = cast(func.timezone(ServiceLevel.time_zone, rows.c1), Date)
    until = ServiceLevel.calculated_until
    back = (
        update(ServiceLevel)
        .where(ServiceLevel.service_id == rows.c0, ServiceLevel.outages_since.is_not(None))
        .values(calculated_until=case((until.is_(None), None), else_=func.least(until, day)))
        .returning(ServiceLevel.id)
        .execution_options(synchronize_session=False)
    )
    levels = select(ServiceLevel.id).where(
        among(ServiceLevel.service_id, changed), ServiceLevel.outages_since.is_not(None)
    )
    await session.execute(levels.order_by(ServiceLevel.id).with_for_update())
    return list((await session.scalars(back)).all())


async def calculate(session: AsyncSession, levels: Collection[UUID], at: datetime) -> bool:
    """The closed windows of these service levels, and the assessments of their services; whether some are left for the
    next run: at most 5,000 windows are calculated at a time."""
    query = (
        select(ServiceLevel)
        .where(among(ServiceLevel.id, levels), ServiceLevel.outages_since.is_not(None))
        .order_by(ServiceLevel.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    due, behind = _due((await session.scalars(query)).all(), at)
    if not due:
        return behind
    rows = await _calculated(session, due, at)
    touched: set[WindowKey] = set()
    by_id = {each.level.id: each.level for each in due}
    for first in range(0, len(rows), AT_ONCE):
        for id, _, starts_on in await keep(session, rows[first : first + AT_ONCE]):
            touched.add(WindowKey(by_id[id].service_id, by_id[id].window, starts_on))
    await _remember(session, due)
    await assess(session, touched, at)
    return behind


def _due(levels: Sequence[ServiceLevel], at: datetime) -> tuple[list[Due], bool]:
    due: list[Due] = []
    left = MOST_WINDOWS
    for level in levels:
        calendar, until = level.calendar, level.calendar.start(level.calendar.today(at))
        begins = calendar.first_from(level.outages_since or until)
        if level.calculated_until:
            begins = max(begins, calendar.start(level.calculated_until))
        each = Due(level)
        while begins < until and left:
            each.windows.append(DayRange(begins, calendar.end(begins)))
            begins, left = each.windows[-1].ends_on, left - 1
        if begins < until:
            return [*due, each] if each.windows else due, True
        if each.windows:
            due.append(each)
    return due, False


async def _calculated(session: AsyncSession, due: Sequence[Due], at: datetime) -> list[Figures]:
    hours = await hours_of(session, {each.level.service_calendar_id for each in due})
    spans = [each.span for each in due]
    whole = Span(min(span.start for span in spans), max(span.end for span in spans))
    outages = await downs(session, {each.level.service_id for each in due}, whole)
    return [
        _figures(each.level, window, hours[each.level.service_calendar_id], outages[each.level.service_id], at)
        for each in due
        for window in each.windows
    ]


def _figures(
    level: ServiceLevel, window: DayRange, hours: HoursWithin, outages: Sequence[Down], at: datetime
) -> Figures:
    span = span_of(window, level.calendar.zone)
    counting = [it for it in outages if it.start < span.end and (it.end is None or it.end > span.start)]
    found = availability(span, hours, counting, now=at)
    share = found.share
    value = None if share is None else of_fraction(share * int(SHARES[level.unit]), DECIMALS)
    return figures_of(
        level.id,
        CALCULATED,
        window,
        value=None if value is None else EXACT.normalize(value),
        volume_met=seconds(found.up),
        volume=seconds(found.elapsed),
        recorded_at=at,
        recorded_by=BY,
    )


async def _remember(session: AsyncSession, due: Sequence[Due]) -> None:
    done = [(each.level.id, each.windows[-1].ends_on) for each in due]
    rows = rows_of((ServiceLevel.id, ServiceLevel.calculated_until), done).subquery("done").c
    query = update(ServiceLevel).where(ServiceLevel.id == rows.c0).values(calculated_until=rows.c1)
    await session.execute(query.execution_options(synchronize_session=False))


async def calculate_due(session: AsyncSession, at: datetime) -> tuple[int, bool]:
    """The service levels that are behind, at most 500 at a time, and whether some are left."""
    first = by_window.after(by_window.start(ServiceLevel.outages_since - 1))
    behind = func.coalesce(ServiceLevel.calculated_until, first) < by_window.start(by_window.today(at))
    query = select(ServiceLevel.id).where(ServiceLevel.outages_since.is_not(None), behind)
    ids = (await session.scalars(query.order_by(ServiceLevel.id).limit(MOST_LEVELS + 1))).all()
    left = await calculate(session, ids[:MOST_LEVELS], at)
    return min(len(ids), MOST_LEVELS), left or len(ids) > MOST_LEVELS


async def hours_of(session: AsyncSession, calendars: Collection[UUID | None]) -> dict[UUID | None, HoursWithin]:
    """Of each of these service calendars; of none, around the clock."""
    query = select(ServiceCalendar).where(ServiceCalendar.id.in_([id for id in calendars if id]))
    found: dict[UUID | None, HoursWithin] = {it.id: it.hours.within for it in await session.scalars(query)}
    return {None: always, **found}


async def downs(session: AsyncSession, services: Collection[UUID], span: Span) -> dict[UUID, list[Down]]:
    """The outages of these services that touch the span, without those that were retracted."""
    found: dict[UUID, list[Down]] = defaultdict(list)
    for outage in await session.scalars(touching(services, span)):
        found[outage.service_id].append(outage.down)
    return found


def touching(services: Collection[UUID], span: Span) -> Any:
    return (
        select(Outage)
        .where(among(Outage.service_id, services), Outage.retracted_at.is_(None))
        .where(Outage.starts_at < span.end, or_(Outage.ends_at.is_(None), Outage.ends_at > span.start))
        .order_by(Outage.starts_at, Outage.id)
    )
