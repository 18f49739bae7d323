"""The relay: carries the facts in the outbox to the bus, in order, and writes down that they are published."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn, TypeAlias, cast

from sqlalchemy import ARRAY, BigInteger, Row, any_, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus import Bus, Message
from chassis.database import WAKE_CHANNEL, Database
from chassis.pulse import Pulse
from chassis.schema import outbox

BATCH = 2000
POLL_SECONDS, ROUND_SECONDS = 1.0, 90

FACTS = (
    select(outbox.c.position, outbox.c.id, outbox.c.type, outbox.c.envelope).order_by(outbox.c.position).limit(BATCH)
)
UNPUBLISHED = FACTS.where(outbox.c.published_at.is_(None))


Fact: TypeAlias = Row[*tuple[Any, ...]]


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
                await self._publish_all(connection)
                self._pulse.beat()
                # An idle connection may die in silence, and with it the waking: so it looks by itself as well.
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await wake.wait()

    async def _publish_all(self, connection: AsyncConnection) -> None:
        """While the broker confirms one batch, the one before is marked and the next one read."""
        before: Sequence[Fact] = ()
        batch = await self._next(connection, after=0)
        while before or batch:
            async with asyncio.timeout(ROUND_SECONDS):
                # Both are waited for, whatever becomes of one: a statement that is cut off may keep the lock.
                outcomes = await asyncio.gather(
                    self._publish(batch), self._mark_and_read(connection, before, batch), return_exceptions=True
                )
            _raise_first(outcomes)
            before, batch = batch, cast(Sequence[Fact], outcomes[1])
            self._pulse.beat()

    async def _publish(self, batch: Sequence[Fact]) -> None:
        if batch:
            await self._bus.publish(_messages(batch))

    async def _mark_and_read(
        self, connection: AsyncConnection, before: Sequence[Fact], batch: Sequence[Fact]
    ) -> Sequence[Fact]:
        if before:
            await connection.execute(_published([fact.position for fact in before]))
        return await self._next(connection, after=batch[-1].position) if batch else ()

    async def _next(self, connection: AsyncConnection, *, after: int) -> Sequence[Fact]:
        """What is committed only now, at an earlier position, is of another subject and waits for the next round."""
        return (await connection.execute(UNPUBLISHED.where(outbox.c.position > after))).all()


def _raise_first(outcomes: Sequence[object]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


def _messages(rows: Sequence[Fact]) -> list[Message]:
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
