"""What tests of events have in common: events from elsewhere, rows to look at, and patience."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import select

from chassis.bus import Bus, Receive
from chassis.database import Database
from chassis.events import Envelope
from chassis.ids import uuid7
from chassis.pulse import Pulse
from chassis.schema import deferred_events
from tests.chassis.post import ORDERED, Parcel


def event(*, type: str = ORDERED, subject: UUID | None = None, sequence: int = 1, **data: Any) -> Envelope:
    return Envelope(
        id=uuid7(),
        source=f"/steward/{type.split('.', maxsplit=1)[0]}",
        type=type,
        subject=str(subject or uuid7()),
        time=datetime.now(UTC),
        dataschema=f"urn:steward:event:{type}",
        sequence=sequence,
        correlationid="a conversation",
        actor="a customer",
        data=data,
    )


def order(address: str, *, subject: UUID | None = None) -> Envelope:
    return event(address=address, subject=subject)


def bodies(*events: Envelope) -> list[bytes]:
    return [each.encode() for each in events]


async def addresses(database: Database) -> list[str]:
    """Of all parcels sent, in the order of sending."""
    async with database.transaction() as session:
        return list((await session.scalars(select(Parcel.address).order_by(Parcel.id))).all())


async def deferred(database: Database) -> Sequence[Any]:
    async with database.transaction() as session:
        return (await session.execute(select(deferred_events).order_by(deferred_events.c.position))).all()


async def until(happened: Callable[[], Awaitable[object]], *, seconds: float = 60) -> None:
    deadline = monotonic() + seconds
    while not await happened():
        assert monotonic() < deadline, f"it did not happen within {seconds} seconds"
        await asyncio.sleep(0.05)


class Ear:
    """A consumer that keeps what it hears; while it is `deaf` it raises, while `patient` is clear it takes its time."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.deaf = False
        self.patient = asyncio.Event()
        self.patient.set()
        self.calls = self.asked = 0

    async def receive(self, bodies: Sequence[bytes]) -> None:
        self.calls += 1
        self.asked += len(bodies)
        await self.patient.wait()
        if self.deaf:
            raise ConnectionError("the database does not answer")
        self.heard += bodies

    def events(self) -> list[Envelope]:
        return [Envelope.decode(body) for body in self.heard]


class Beats(Pulse):
    """Tells when it has begun to beat."""

    def __init__(self) -> None:
        super().__init__("a test gets nowhere")
        self.begun = asyncio.Event()

    def beat(self) -> None:
        super().beat()
        self.begun.set()


@asynccontextmanager
async def running(endless: Coroutine[Any, Any, NoReturn]) -> AsyncIterator[None]:
    """As long as the block lasts."""
    task = asyncio.create_task(endless)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def consuming(bus: Bus, consumer: str, types: Collection[str], receive: Receive) -> AsyncIterator[None]:
    """The consumer is there when the block begins, and gone when it ends."""
    pulse = Beats()
    async with running(bus.consume(consumer, types, receive, pulse)):
        await asyncio.wait_for(pulse.begun.wait(), 60)
        yield
