"""The relay: carries the facts in the outbox to the bus, in order, and writes down that they are published."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import ARRAY, BigInteger, Row, any_, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus import Bus, Message
from chassis.database import WAKE_CHANNEL, Database
from chassis.pulse import Pulse
from chassis.schema import outbox

BATCH = 1000
POLL_SECONDS, ROUND_SECONDS = 1.0, 90

FACTS = (
    select(outbox.c.position, outbox.c.id, outbox.c.type, outbox.c.envelope).order_by(outbox.c.position).limit(BATCH)
)
UNPUBLISHED = FACTS.where(outbox.c.published_at.is_(None))


class Relay:
    """Of all relays of a service one is at work: the one that holds the lock.

    All that it does in the database it does on the connection that holds the lock: one whose connection has died can
    mark nothing. What it was publishing then is published again by the next, in the same order.
    """

    def __init__(self, database: Database, bus: Bus, pulse: Pulse) -> None:
        self._database, self._bus, self._pulse = database, bus, pulse
        self._lock = func.hashtextextended(f"relay of {database.schema}", 0)

    async def run(self) -> NoReturn:
        """Until it is cancelled; after any failure it gives up the lock, pauses, and tries for it again."""
        await self._pulse.keep(self._go)

    async def _go(self) -> None:
        async with self._database.own_connection() as connection:
            while not await connection.scalar(select(func.pg_try_advisory_lock(self._lock))):
                self._pulse.beat()
                await asyncio.sleep(POLL_SECONDS)
            wake = await _listening(connection)
            while True:
                wake.clear()
                published = await self._publish_batch(connection)
                self._pulse.beat()
                if published < BATCH:
                    # An idle connection may die in silence, and with it the waking: so it looks by itself as well.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await wake.wait()

    async def _publish_batch(self, connection: AsyncConnection) -> int:
        async with asyncio.timeout(ROUND_SECONDS):
            rows = (await connection.execute(UNPUBLISHED)).all()
            if rows:
                await self._bus.publish(_messages(rows))
                await connection.execute(_published([row.position for row in rows]))
            return len(rows)


def _messages(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Message]:
    return [Message(row.id, row.type, row.envelope) for row in rows]


def _published(positions: list[int]) -> Any:
    """One statement: these rows are published now, and are the next ones in the feed."""
    batch = select(outbox.c.position, func.row_number().over(order_by=outbox.c.position).label("place"))
    batch_rows = batch.where(outbox.c.position == any_(literal(positions, ARRAY(BigInteger)))).subquery()
    last = select(func.coalesce(func.max(outbox.c.feed_position), 0)).scalar_subquery()
    return (
        update(outbox)
        .where(outbox.c.position == batch_rows.c.position)
        .values(published_at=func.now(), feed_position=last + batch_rows.c.place)
    )


async def _listening(connection: AsyncConnection) -> asyncio.Event:
    """Set whenever a transaction with facts has committed."""
    wake = asyncio.Event()
    driver: Any = (await connection.get_raw_connection()).driver_connection

    def notified(*_: object) -> None:
        wake.set()

    await driver.add_listener(WAKE_CHANNEL, notified)
    return wake


async def republish(database: Database, bus: Bus, *, since: datetime, types: Collection[str] | None = None) -> int:
    """Publishes again, in their order, the published facts recorded from `since` on; returns how many."""
    query = FACTS.where(outbox.c.published_at.is_not(None), outbox.c.recorded_at >= since)
    if types:
        query = query.where(outbox.c.type.in_(types))
    count, after = 0, 0
    while True:
        async with database.transaction() as session:
            rows = (await session.execute(query.where(outbox.c.position > after))).all()
        if not rows:
            return count
        await bus.publish(_messages(rows))
        count, after = count + len(rows), rows[-1].position
