"""Events that wait in the consumer's database: for another try after a pause, or, parked, for a person."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, delete, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.arrivals import Arrival, Unreadable, storable
from chassis.schema import deferred_events as deferred

PAUSES = [timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600)]
MAX_TRIES = len(PAUSES) + 1
BEHIND = "waits behind an earlier event of its subject"
ERROR_CHARS = 2000
DUE_AT_ONCE = 200

waits = deferred.c.parked_at.is_(None)


def described(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return storable(f"{type(error).__name__}: {cause}", ERROR_CHARS)


async def defer(
    session: AsyncSession,
    arrivals: Sequence[Arrival],
    error: str,
    *,
    tries: int = 0,
    due: datetime,
    parked_at: datetime | None = None,
) -> None:
    """Each takes its place behind what its subject already has here; one that is here already stays as it is."""
    rows = [
        {
            "id": arrival.id,
            "type": arrival.type,
            "subject": arrival.subject,
            "envelope": arrival.body,
            "error": error,
            "tries": tries,
            "next_try_at": due,
            "parked_at": parked_at,
        }
        for arrival in arrivals
    ]
    if rows:
        await session.execute(insert(deferred).on_conflict_do_nothing(), rows)


async def park(session: AsyncSession, unreadable: Unreadable, now: datetime) -> None:
    await defer(session, [unreadable], storable(unreadable.reason, ERROR_CHARS), due=now, parked_at=now)


async def standing(session: AsyncSession, arrivals: Sequence[Arrival]) -> tuple[set[UUID], set[str]]:
    """Which of these events are here already, and which of their subjects have events that wait."""
    same = deferred.c.id == any_(literal([arrival.id for arrival in arrivals], ARRAY(Uuid)))
    ahead = deferred.c.subject == any_(literal([arrival.subject for arrival in arrivals], ARRAY(Text)))
    query = select(deferred.c.id, deferred.c.subject, waits.label("waits")).where(or_(same, ahead & waits))
    rows = (await session.execute(query)).all()
    return {row.id for row in rows}, {row.subject for row in rows if row.waits}


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Only the oldest of a subject's waiting events is ever due."""
    earlier = deferred.alias()
    ahead = exists().where(
        earlier.c.subject == deferred.c.subject, earlier.c.position < deferred.c.position, earlier.c.parked_at.is_(None)
    )
    return waits & (deferred.c.next_try_at <= now) & ~ahead


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """Positions, oldest first."""
    query = select(deferred.c.position).where(_is_due(now)).order_by(deferred.c.position).limit(DUE_AT_ONCE)
    return (await session.scalars(query)).all()


async def taken(session: AsyncSession, position: int, now: datetime) -> bytes | None:
    """The event for this transaction alone; None when another worker has it or has dealt with it."""
    query = select(deferred.c.envelope).where(deferred.c.position == position, _is_due(now))
    return await session.scalar(query.with_for_update(of=deferred, skip_locked=True))


async def settle(session: AsyncSession, position: int) -> None:
    await session.execute(delete(deferred).where(deferred.c.position == position))


async def postpone(session: AsyncSession, position: int, error: Exception, now: datetime, *, hopeless: bool) -> None:
    """To its next try, or parked after the last one or where no try can help."""
    tries = await session.scalar(
        select(deferred.c.tries).where(deferred.c.position == position, waits).with_for_update()
    )
    if tries is None:
        return
    last = hopeless or tries + 1 >= MAX_TRIES
    change: dict[str, Any] = {"parked_at": now} if last else {"next_try_at": now + PAUSES[tries]}
    await session.execute(
        update(deferred)
        .where(deferred.c.position == position)
        .values(tries=tries + 1, error=described(error), **change)
    )


async def replay(session: AsyncSession, ids: Collection[UUID] | None = None) -> Sequence[UUID]:
    """Makes these parked events, or all, due again with all their tries before them; returns those that were parked."""
    statement = update(deferred).where(deferred.c.parked_at.is_not(None)).values(parked_at=None, tries=0)
    if ids is not None:
        statement = statement.where(deferred.c.id.in_(ids))
    return (await session.scalars(statement.returning(deferred.c.id))).all()
