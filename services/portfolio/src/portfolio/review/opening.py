"""Reviews that nobody has asked for: due by the calendar, after repeated breaches, after a budget was exceeded.

Whoever opened them decides none, so that everybody who may decide can.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.performance_assessment.model import PerformanceAssessment
from portfolio.review.actions import IS_OPEN, Opener
from portfolio.review.model import Review
from portfolio.review.ranges import year_until, year_with
from portfolio.review.terms import ReviewStatus
from portfolio.review.triggers import Occasion, breach_key, calendar, repeated_breach
from portfolio.service.model import Service
from portfolio.service.terms import Stage, Status

AT_ONCE = 500
CLOCK, RULES = "clock", "rules"
P = PerformanceAssessment


async def open_by_the_clock(session: AsyncSession, at: datetime) -> bool:
    """One piece of the chore, of operational services."""
    within = year_until(at.date())
    breached, due = await _breached(session, at), await _due(session, at)
    await Opener(session, RULES, at).open_on(breached, within)
    already = {service.id for service, _ in breached}
    await Opener(session, CLOCK, at).open_on([it for it in due if it[0].id not in already], within)
    return AT_ONCE in (len(breached), len(due))


async def _due(session: AsyncSession, at: datetime) -> Sequence[tuple[Service, Occasion]]:
    """Of services whose review is due, the longest first."""
    decided_on = cast(func.timezone("UTC", func.max(Review.decided_at)), Date).label("day")
    last = select(Review.service_id, decided_on).group_by(Review.service_id).subquery()
    since, today = func.greatest(Service.launched_on, last.c.day), at.date()
    query = (
        select(Service, last.c.day)
        .outerjoin(last, last.c.service_id == Service.id)
        .where(Service.status == Status.OPERATIONAL, ~IS_OPEN, since <= today - timedelta(days=365))
        .order_by(since, Service.id)
        .limit(AT_ONCE)
    )
    asked = [
        (service, calendar(launched_on=service.launched_on, decided_on=decided_on, today=today))
        for service, decided_on in await session.execute(query)
    ]
    return [(service, occasion) for service, occasion in asked if occasion]


async def _breached(session: AsyncSession, at: datetime) -> Sequence[tuple[Service, Occasion]]:
    """Of services that missed a promise in both of their latest measured windows of one kind."""
    key = breach_key(at.date())
    known = exists().where(Review.service_id == Service.id, Review.cause_key == key)
    newest_first = P.starts_on.desc()
    place = func.row_number().over(partition_by=(P.service_id, P.window), order_by=newest_first)
    latest = (
        select(P.service_id, P.window, P.starts_on, P.measured, (P.measured - P.met).label("missed"), place.label("n"))
        .join(Service, Service.id == P.service_id)
        .where(Service.status == Status.OPERATIONAL, ~IS_OPEN, ~known, P.measured > 0)
        .subquery()
    )
    w = latest.c
    two = [func.array_agg(aggregate_order_by(column, w.n)) for column in (w.missed, w.measured)]
    query = (
        select(Service, w.window, func.max(w.starts_on), *two)
        .join(latest, w.service_id == Service.id)
        .where(w.n <= 2)
        .group_by(Service.id, w.window)
        .having(func.count() == 2, func.min(w.missed) > 0)
        .ext(distinct_on(Service.id))
        .order_by(Service.id, w.window)
        .limit(AT_ONCE)
    )
    return [
        (row[0], repeated_breach(row[0].id, key, window=row[1], starts_on=row[2], missed=row[3], measured=row[4]))
        for row in await session.execute(query)
    ]


async def open_on(session: AsyncSession, service_id: UUID, occasion: Occasion, at: datetime) -> None:
    """Unless it is not in the catalog, is being reviewed, or has been since, or was on the same occasion."""
    service = await session.get(Service, service_id)
    if service is None or service.stage is not Stage.CATALOG:
        return
    reviewed = or_(Review.status == ReviewStatus.OPEN, Review.opened_at >= at, Review.cause_key == occasion.key)
    if not await session.scalar(select(exists().where(Review.service_id == service_id, reviewed))):
        await Opener(session, RULES, at).open_on([(service, occasion)], year_with(at.date()))
