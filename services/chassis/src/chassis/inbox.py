"""The inbox: a service acts on each event once, in order per subject, and keeps what it cannot act on."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import deferral
from chassis.arrivals import Arrival, Readable, Reader, Unreadable
from chassis.cause import Cause, because_of
from chassis.clock import Clock, wall_clock
from chassis.database import Database
from chassis.manifest import Manifest
from chassis.schema import inbox
from chassis.telemetry import current_traceparent, reacting_to

log = logging.getLogger("chassis.inbox")

TRANSACTION_SECONDS = 60


class CannotBeRead(Exception):
    """A deferred event that this release cannot read."""


class Inbox:
    """Any number of consumers may hand in the same events at once: the row in the inbox lets one of them act."""

    def __init__(self, manifest: Manifest, database: Database, *, clock: Clock = wall_clock) -> None:
        self._reader = Reader(manifest.reactions)
        self._database = database
        self._clock = clock

    @property
    def types(self) -> frozenset[str]:
        """What this service reacts to."""
        return self._reader.types

    async def receive(self, bodies: Sequence[bytes]) -> None:
        """Returns when each event is acted on, deferred or parked: whoever handed it in may forget it.

        Raises when the database does not answer; then nothing is certain and all must be handed in again. No events at
        all ask just whether it answers.
        """
        read = [arrival for arrival in map(self._reader.read, bodies) if arrival]
        await self._receive(list({arrival.id: arrival for arrival in read}.values()))

    async def _receive(self, arrivals: Sequence[Arrival]) -> None:
        """All in one transaction; where that fails, in halves, until the one that fails is alone and is deferred."""
        try:
            await self._take(arrivals)
        except Exception as error:
            if not arrivals:
                raise
            if len(arrivals) == 1:
                return await self._defer(arrivals[0], error)
            middle = len(arrivals) // 2
            await self._receive(arrivals[:middle])
            await self._receive(arrivals[middle:])

    async def _take(self, arrivals: Sequence[Arrival]) -> None:
        now = self._clock()
        async with asyncio.timeout(TRANSACTION_SECONDS), self._database.transaction() as session:
            known, waiting = await deferral.standing(session, arrivals)
            ready: list[Readable] = []
            for arrival in arrivals:
                if arrival.id in known:
                    continue
                if isinstance(arrival, Unreadable):
                    log.error("event parked", extra={"event": str(arrival.id), "reason": arrival.reason})
                    await deferral.park(session, arrival, now)
                elif arrival.subject in waiting:
                    await deferral.defer(session, [arrival], deferral.BEHIND, due=now)
                else:
                    ready.append(arrival)
            await self._act(session, ready)

    async def _act(self, session: AsyncSession, events: Sequence[Readable]) -> None:
        """On those that are new, each as if it were alone: what one has changed is written before the next is read."""
        ids = sorted(event.id for event in events)
        rows = insert(inbox).from_select(["event_id"], select(func.unnest(literal(ids, ARRAY(Uuid)))))
        new = set((await session.scalars(rows.on_conflict_do_nothing().returning(inbox.c.event_id))).all())
        for event in events:
            if event.id in new:
                await _react(session, event)
        await session.flush()
        session.expunge_all()

    async def _defer(self, arrival: Arrival, error: Exception) -> None:
        """In a new transaction, which tells a reaction that failed from a database that does not answer."""
        log.warning("reaction failed", exc_info=error, extra={"event": str(arrival.id), "type": arrival.type})
        now = self._clock()
        async with self._database.transaction() as session:
            due = now + deferral.PAUSES[0]
            await deferral.defer(session, [arrival], deferral.described(error), tries=1, due=due)

    async def retry_due(self) -> int:
        """Tries the deferred events that are due, of each subject the oldest; returns how many there were."""
        async with self._database.transaction() as session:
            positions = await deferral.due(session, self._clock())
        for position in positions:
            await self._retry(position)
        return len(positions)

    async def _retry(self, position: int) -> None:
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS), self._database.transaction() as session:
                body = await deferral.taken(session, position, self._clock())
                if body is None:
                    return
                match self._reader.read(body):
                    case Unreadable(reason=reason):
                        raise CannotBeRead(reason)  # noqa: TRY301 - it ends as a failed reaction does, only sooner
                    case Readable() as event:
                        await self._act(session, [event])
                await deferral.settle(session, position)
        except Exception as error:
            log.warning("reaction failed again", exc_info=error, extra={"position": position})
            async with self._database.transaction() as session:
                hopeless = isinstance(error, CannotBeRead)
                await deferral.postpone(session, position, error, self._clock(), hopeless=hopeless)

    async def replay(self, ids: Collection[UUID] | None = None) -> int:
        """Makes these parked events, or all, due again; returns how many were parked."""
        async with self._database.transaction() as session:
            return len(await deferral.replay(session, ids))


async def _react(session: AsyncSession, event: Readable) -> None:
    envelope = event.envelope
    for reaction, reading in event.reactions:
        with reacting_to(reaction.name, envelope.traceparent):
            cause = Cause(envelope.actor, envelope.correlationid, str(envelope.id), current_traceparent())
            with because_of(cause):
                await reaction.react(session, reading)
    await _forget(session)


async def _forget(session: AsyncSession) -> None:
    """The next event shall see what the database holds, and nothing that is older. What was only added may wait until
    somebody asks for it: many rows are then written at once."""
    if session.dirty or session.deleted:
        await session.flush()
    for row in list(session.identity_map.values()):
        session.expunge(row)
