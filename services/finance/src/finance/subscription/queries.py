"""How much of a service each consumer has used by subscription."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among, rows_of
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.driver.model import Quantity
from finance.subscription.model import SubscribedSum, Subscription


async def subscribed_days(session: AsyncSession, service_id: UUID, starts_on: date, ends_on: date) -> list[Quantity]:
    """Quantity × days within `[starts_on, ends_on)` per surviving consumer, by name."""
    S = Subscription
    # date − date is a number of days in PostgreSQL, which SQLAlchemy takes for an interval.
    first = func.greatest(S.starts_on, cast(starts_on, Date), type_=Integer)
    last = func.least(func.coalesce(S.ends_on, cast(ends_on, Date)), cast(ends_on, Date), type_=Integer)
    used = func.sum(S.quantity * func.greatest(last - first, 0))
    survivor = func.coalesce(Consumer.survivor_id, Consumer.id)
    totals = (
        select(survivor.label("id"), used.label("used"))
        .join_from(S, Consumer, Consumer.id == S.consumer_id)
        .where(S.service_id == service_id, S.starts_on < ends_on)
        .group_by(survivor)
        .subquery()
    )
    query = (
        select(Consumer.id, Consumer.code, Consumer.name, totals.c.used)
        .join(totals, totals.c.id == Consumer.id)
        .where(totals.c.used > 0)
        .order_by(Consumer.name, Consumer.id)
    )
    return [Quantity(*row) for row in (await session.execute(query))]


async def sums(
    session: AsyncSession, segments: Sequence[tuple[date, date, date]], cost_objects: Collection[UUID]
) -> list[SubscribedSum]:
    """Over segments (first day of the full period, first day, first day after), numbered as given; up to the end of
    each cost object."""
    S = Subscription
    day = literal(None, Date())
    rows = [(number, *segment) for number, segment in enumerate(segments)]
    segment = rows_of([literal(0, BigInteger()), day, day, day], rows).subquery("segment").c
    survivor = func.coalesce(Consumer.survivor_id, Consumer.id)
    begins, first = func.greatest(S.starts_on, segment.c1), func.greatest(S.starts_on, segment.c2)
    last = func.least(S.ends_on, segment.c3, CostObject.closed_on)
    keys = (segment.c0.label("number"), survivor.label("consumer_id"), CostObject.id.label("cost_object_id"))
    days: Any = cast(last - first, Integer)
    begun = (begins >= segment.c2) & (begins < segment.c3)
    grouped = (
        select(
            *keys,
            func.sum(S.quantity * days).label("quantity_days"),
            func.range_agg(func.daterange(first, last)).label("covered"),
            func.sum(S.quantity).filter(begun).label("beginning"),
        )
        .join_from(S, Consumer, Consumer.id == S.consumer_id)
        .join(CostObject, CostObject.service_id == S.service_id)
        .join(segment.c0.table, first < last)
        .where(among(CostObject.id, cost_objects), S.quantity > 0)
        .group_by(*keys)
        .subquery("grouped")
    )
    part = func.unnest(grouped.c.covered).column_valued("part")
    covered = select(func.sum(func.upper(part) - func.lower(part), type_=Integer)).scalar_subquery()
    columns = grouped.c
    query = select(
        columns.number, columns.consumer_id, columns.cost_object_id, columns.quantity_days, covered, columns.beginning
    )
    return [SubscribedSum(*row) for row in await session.execute(query)]


async def subscribed_on(session: AsyncSession, service_ids: Collection[UUID], day: date) -> dict[UUID, Decimal]:
    """Service → the quantity that is subscribed on a day; one without any subscription is not in the answer."""
    S = Subscription
    query = (
        select(S.service_id, func.sum(S.quantity))
        .where(among(S.service_id, service_ids), S.starts_on <= day, or_(S.ends_on.is_(None), S.ends_on > day))
        .group_by(S.service_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
