"""How much of a service each consumer has used by subscription."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, Integer, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.consumer.model import Consumer
from finance.driver.model import Quantity
from finance.subscription.model import Subscription


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


async def subscribed_on(session: AsyncSession, service_ids: Collection[UUID], day: date) -> dict[UUID, Decimal]:
    """Service → the quantity that is subscribed on a day; one without any subscription is not in the answer."""
    S = Subscription
    query = (
        select(S.service_id, func.sum(S.quantity))
        .where(among(S.service_id, service_ids), S.starts_on <= day, or_(S.ends_on.is_(None), S.ends_on > day))
        .group_by(S.service_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
