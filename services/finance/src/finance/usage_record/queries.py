"""Usage records as they are shown and summed, each by one statement."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, String, and_, case, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among, rows_of
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod
from finance.usage_record.model import UsageRecord, UsageSum

U = UsageRecord
SURVIVOR: Any = func.coalesce(Consumer.survivor_id, Consumer.id)


async def sums(
    session: AsyncSession, segments: Sequence[tuple[date, date]], cost_objects: Collection[UUID]
) -> list[UsageSum]:
    """Over half-open segments, numbered as given, however many records there are."""
    rows = [(number, *segment) for number, segment in enumerate(segments)]
    segment = rows_of([literal(0, BigInteger()), U.used_on, U.used_on], rows).subquery("segment").c
    ended: Any = func.coalesce(U.used_on >= CostObject.closed_on, False)
    keys = (segment.c0, SURVIVOR, U.cost_object_id, U.meter, ended)
    query = (
        select(*keys, func.sum(U.quantity), func.count())
        .join_from(U, Consumer, Consumer.id == U.consumer_id)
        .join(CostObject, CostObject.id == U.cost_object_id)
        .join(segment.c0.table, and_(U.used_on >= segment.c1, U.used_on < segment.c2))
        .where(among(U.cost_object_id, cost_objects))
        .group_by(*keys)
    )
    return [UsageSum(*row) for row in await session.execute(query)]


def shown() -> Select[Any]:
    return select(*U.__table__.columns, CostObject.code.label("cost_object_code")).join(
        CostObject, CostObject.id == U.cost_object_id
    )


def totals(conditions: Sequence[Any]) -> Any:
    """Per fiscal period, consumer, cost object and meter, as a table with a unique `key`."""
    merged_into = Consumer.__table__.alias("survivor")
    keys = (
        FiscalPeriod.starts_on,
        FiscalPeriod.ends_on,
        merged_into.c.id.label("consumer_id"),
        merged_into.c.name.label("consumer_name"),
        CostObject.code.label("cost_object_code"),
        U.meter,
    )
    key = func.concat(cast(FiscalPeriod.starts_on, String), " ", CostObject.code, " ", U.meter, " ", merged_into.c.id)
    query = (
        select(
            *keys,
            func.sum(U.quantity).label("quantity"),
            func.count().label("records"),
            cast(key, String).label("key"),
        )
        .join_from(U, Consumer, Consumer.id == U.consumer_id)
        .join(merged_into, merged_into.c.id == SURVIVOR)
        .join(CostObject, CostObject.id == U.cost_object_id)
        .join(FiscalPeriod, and_(U.used_on >= FiscalPeriod.starts_on, U.used_on < FiscalPeriod.ends_on))
        .where(*conditions)
        .group_by(*keys)
    )
    return query.subquery("totals").c


async def stored(session: AsyncSession, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(source, external id) → id and what the record says, its consumer being the surviving one."""
    name = (U.source, U.external_id)
    corrected = U.__table__.alias("corrected")
    query = (
        select(*name, U.id, SURVIVOR, U.cost_object_id, U.meter, U.quantity, U.used_on, corrected.c.external_id)
        .join(Consumer, Consumer.id == U.consumer_id)
        .outerjoin(corrected, corrected.c.id == U.corrects_id)
        .where(tuple_(*name).in_(rows_of(name, names)))
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in await session.execute(query)}


async def left_of(session: AsyncSession, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[Any]]:
    """(source, external id) → id, consumer, cost object, meter, day, and how much of the record is not taken back yet.

    Held until this transaction ends, in one order, so that corrections of one record follow one another.
    """
    name = (U.source, U.external_id)
    held = select(U.id).where(tuple_(*name).in_(rows_of(name, names)), U.corrects_id.is_(None)).order_by(U.id)
    ids = (await session.scalars(held.with_for_update())).all()
    correction = U.__table__.alias("correction")
    taken = select(func.coalesce(func.sum(correction.c.quantity), 0)).where(correction.c.corrects_id == U.id)
    query = (
        select(*name, U.id, SURVIVOR, U.cost_object_id, U.meter, U.used_on, U.quantity + taken.scalar_subquery())
        .join(Consumer, Consumer.id == U.consumer_id)
        .where(among(U.id, ids))
    )
    return {(row[0], row[1]): list(row[2:]) for row in await session.execute(query)}


async def consumers_named(session: AsyncSession, names: Collection[str]) -> dict[str, UUID]:
    """Codes go before names, those of consumers that were not merged before those of others; each leads to whom it
    stands for now."""
    merged = case((Consumer.survivor_id.is_(None), 0), else_=1)
    query = select(Consumer.code, Consumer.name, SURVIVOR).where(
        among(Consumer.code, names) | among(Consumer.name, names)
    )
    rows = (await session.execute(query.order_by(merged, Consumer.id))).all()
    found: dict[str, UUID] = {}
    for at in (0, 1):
        for row in rows:
            found.setdefault(row[at], row[2])
    return found
