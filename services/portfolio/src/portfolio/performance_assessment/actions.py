"""Assessing windows that are over: once per change, whoever measures at the same time."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Select, Table, and_, cast, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
from chassis.ids import uuid7
from portfolio.days import DayRange
from portfolio.measurement import by_window
from portfolio.performance_assessment.model import Figures, PerformanceAssessment
from portfolio.service.model import Service
from portfolio.service.terms import STAGES, Stage
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.terms import Window
from portfolio.service_level.windows import end_of

AT_ONCE = 1_000
MOST_WINDOWS = 5_000
ASSESSMENTS: Table = PerformanceAssessment.__table__  # type: ignore[assignment]  # a Table it is
IN_CATALOG = [status for status, stage in STAGES.items() if stage is Stage.CATALOG]
P = PerformanceAssessment


class WindowKey(NamedTuple):
    """One window of the service levels of a service that are measured over such windows."""

    service_id: UUID
    window: Window
    starts_on: date


async def assess(session: AsyncSession, keys: Collection[WindowKey], at: datetime) -> int:
    """How many of these windows, all of them over, turned out otherwise than was said before; each is announced.

    The rows are locked before the figures are read, so that of two who measured the last one sees what both did.
    """
    announced = 0
    ordered = sorted(keys)
    for first in range(0, len(ordered), AT_ONCE):
        announced += await _assess(session, ordered[first : first + AT_ONCE], at)
    return announced


async def _assess(session: AsyncSession, keys: Sequence[WindowKey], at: datetime) -> int:
    zero = {**vars(Figures()), "number": 0, "version": 1, "sequence": 0, "assessed_at": at}
    rows = [{"id": uuid7(), **key._asdict(), "ends_on": end_of(key.window, key.starts_on), **zero} for key in keys]
    await session.execute(insert(ASSESSMENTS).values(rows).on_conflict_do_nothing())
    named = tuple_(P.service_id, P.window, P.starts_on)
    query = (
        select(P, Service.code)
        .join(Service, Service.id == P.service_id)
        .where(named.in_(rows_of((P.service_id, P.window, P.starts_on), keys)))
        .order_by(P.service_id, P.window, P.starts_on)
        .with_for_update(of=P)
        .execution_options(populate_existing=True)
    )
    known = (await session.execute(query)).all()
    found = await _figures(session, keys)
    announced = 0
    for assessment, code in known:
        key = WindowKey(assessment.service_id, assessment.window, assessment.starts_on)
        announced += assessment.assess(found.get(key, Figures()), code=code, at=at)
    await session.flush()
    return announced


async def _figures(session: AsyncSession, keys: Sequence[WindowKey]) -> dict[WindowKey, Figures]:
    """What the levels of each of these windows came to, in one statement."""
    days = [key.starts_on for key in keys]
    within = DayRange(min(days), max(days) + timedelta(days=1))
    asked = rows_of((P.service_id, P.window, P.starts_on), keys).subquery("asked").c
    w = by_window.windows(within, by_window.of_services({key.service_id for key in keys})).c
    changed, target, _ = by_window.target_of(asked.c2)
    judged, met = by_window.promised(target, w.value), by_window.kept(w.value, target)
    counts = [func.count(), func.count().filter(judged), func.count().filter(judged, met)]
    weight = ServiceLevel.weight
    sums = [func.sum(weight), func.sum(weight).filter(judged), func.sum(weight).filter(judged, met)]
    query = (
        select(asked.c0, asked.c1, asked.c2, *counts, *(func.coalesce(total, 0) for total in sums))
        .select_from(asked.c0.table)
        .join(
            ServiceLevel,
            and_(
                ServiceLevel.service_id == asked.c0,
                ServiceLevel.window == asked.c1,
                by_window.start(asked.c2) == asked.c2,
            ),
        )
        .outerjoin(w.starts_on.table, and_(w.service_level_id == ServiceLevel.id, w.starts_on == asked.c2))
        .outerjoin(changed, true())
        .group_by(asked.c0, asked.c1, asked.c2)
    )
    return {WindowKey(*row[:3]): Figures(*row[3:6], *map(Decimal, row[6:])) for row in await session.execute(query)}


async def assess_again(session: AsyncSession, services: Collection[UUID], at: datetime) -> None:
    """All that was ever assessed of these services, after what they promise has changed."""
    last: tuple[UUID, str, date] | None = None
    named = tuple_(P.service_id, P.window, P.starts_on)
    while services:
        query = select(P.service_id, P.window, P.starts_on).where(P.service_id.in_(services))
        if last:
            query = query.where(named > tuple_(*map(literal, last)))
        rows = (await session.execute(query.order_by(P.service_id, P.window, P.starts_on).limit(AT_ONCE))).all()
        await assess(session, {WindowKey(*row) for row in rows}, at)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].service_id, str(rows[-1].window), rows[-1].starts_on


class Assessed(NamedTuple):
    windows: int
    announced: int
    more: bool


async def assess_due(session: AsyncSession, at: datetime) -> Assessed:
    """Windows of the catalog that have closed since the last one that was assessed, or the last closed one where none
    was, each from the launch of its service on; at most 5,000 at a time, the oldest first."""
    rows = (await session.execute(_due(at).limit(MOST_WINDOWS + 1))).all()
    keys = {WindowKey(*row) for row in rows[:MOST_WINDOWS]}
    return Assessed(len(keys), await assess(session, keys, at), len(rows) > MOST_WINDOWS)


def _due(at: datetime) -> Select[Any]:
    last = (
        select(func.max(P.ends_on))
        .where(P.service_id == ServiceLevel.service_id, P.window == ServiceLevel.window)
        .correlate(ServiceLevel)
        .scalar_subquery()
    )
    closed = by_window.start(by_window.start(by_window.today(at)) - 1)
    first = func.least(by_window.start(func.coalesce(last, closed)), closed)
    begun = cast(func.generate_series(first, closed, by_window.LENGTHS), Date).label("starts_on")
    of_catalog = select(ServiceLevel.service_id, ServiceLevel.window, begun, Service.launched_on).join(Service)
    due = of_catalog.where(Service.status.in_(IN_CATALOG)).distinct().subquery("due").c
    said = and_(P.service_id == due.service_id, P.window == due.window, P.starts_on == due.starts_on, P.number > 0)
    query = select(due.service_id, due.window, due.starts_on).where(~select(P.id).where(said).exists())
    query = query.where(due.launched_on <= due.starts_on)
    return query.order_by(due.starts_on, due.service_id, due.window)
