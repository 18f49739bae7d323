"""The volumes of demand patterns: months in a row, and many at once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, case, exists, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.bulk import among, rows_of
from strategy.demand_pattern.model import DemandForecast, DemandPattern, DemandVolume, Series, later

MOST_MONTHS = 240

V = DemandVolume


async def series(session: AsyncSession, pattern_id: UUID) -> Series:
    """The months in a row that end with the latest one, at most 240; what lies before a gap is left out."""
    query = select(V.month, V.quantity).where(V.demand_pattern_id == pattern_id).order_by(V.month.desc())
    run: list[tuple[date, Decimal]] = []
    for month, quantity in await session.execute(query.limit(MOST_MONTHS)):
        if run and later(month, 1) != run[-1][0]:
            break
        run.append((month, quantity))
    run.reverse()
    return Series(run[0][0] if run else date.min, [quantity for _, quantity in run])


async def next_number(session: AsyncSession, pattern_id: UUID) -> int:
    """Exact while the pattern is held."""
    known = select(func.max(DemandForecast.number)).where(DemandForecast.demand_pattern_id == pattern_id)
    return 1 + (await session.scalar(known) or 0)


async def ids(session: AsyncSession, codes: Sequence[str]) -> dict[str, UUID]:
    query = select(DemandPattern.code, DemandPattern.id).where(among(DemandPattern.code, codes))
    return dict((await session.execute(query)).all())


async def keep(session: AsyncSession, rows: Sequence[tuple[UUID, date, Decimal]]) -> Counter[str]:
    """Of two rows about one month the later one counts. How many were created, changed, unchanged."""
    place = (V.demand_pattern_id, V.month)
    asked = tuple_(*place).in_(rows_of(place, [row[:2] for row in rows]))
    stored = {
        (id, month): quantity for id, month, quantity in await session.execute(select(*place, V.quantity).where(asked))
    }
    outcomes: Counter[str] = Counter()
    stated: dict[tuple[UUID, date], Decimal] = {}
    for id, month, quantity in rows:
        before = stored.get((id, month))
        outcomes["created" if before is None else "unchanged" if before == quantity else "changed"] += 1
        if before != quantity:
            stored[id, month] = stated[id, month] = quantity
    if stated:
        names = ("demand_pattern_id", "month", "quantity")
        values = [dict(zip(names, (*at, stated[at]), strict=True)) for at in sorted(stated)]
        row = insert(V).values(values)
        latest = row.on_conflict_do_update(index_elements=names[:2], set_={"quantity": row.excluded.quantity})
        await session.execute(latest)
    return outcomes


async def hand_over(session: AsyncSession, *, merged: UUID, survivor: UUID) -> None:
    """The patterns of a merged customer become the survivor's; where that one has a pattern with the same driver, that
    one goes on giving the quantities."""
    P, own = DemandPattern, aliased(DemandPattern)
    taken = exists().where(own.driver == P.driver, own.target_id == survivor)
    values: dict[str, Any] = {
        "customer_id": survivor,
        "driver": case((taken, None), else_=P.driver),
        "target_id": case((taken | P.driver.is_(None), None), else_=literal(survivor, Uuid())),
        "version": P.version + 1,
    }
    await session.execute(update(P).where(P.customer_id == merged).values(values))
