"""The operations on events that every service has: the feed of its facts, and the events that it could not act on."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import deferral
from chassis.events import Envelope
from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.schema import deferred_events as deferred
from chassis.schema import outbox
from chassis.text import NO_NUL, Schema

SCANNED = 10_000
MAX_POSITION = 2**63 - 1


class ParkedEventView(Schema):
    id: UUID
    type: str
    subject: str
    error: str = Field(description="What the last try ended in.")
    tries: int
    parked_at: datetime


class ParkedEventDetail(ParkedEventView):
    body: str = Field(description="The event as it arrived.")


class ReplayView(Schema):
    id: UUID
    type: str
    subject: str


class EventFeed(Schema):
    """Facts in the order of their publishing."""

    items: list[Envelope] = Field(description="May be empty before the end when a type is asked for.")
    after: int = Field(
        description="Ask with it for what comes next. When it is what you asked with, you have seen all."
    )


def event_router(service: str) -> Router:
    """`service` names the permissions: `{service}:event:read` and `{service}:event:replay`."""
    router = Router("events")
    read, write = f"{service}:event:read", f"{service}:event:replay"

    @router.operation("GET", "/events", permission=read, response_model=EventFeed)
    async def read_event_feed(
        session: Session,
        after: Annotated[int, Query(ge=0, le=MAX_POSITION)] = 0,
        type: Annotated[str | None, Query(max_length=200, pattern=NO_NUL)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> Response:
        """Read the published facts of this service, oldest first."""
        return await _feed(session, after, type, limit)

    @router.operation("GET", "/parked-events", permission=read)
    async def list_parked_events(session: Session, asked: AskedPage) -> Page[ParkedEventView]:
        """List the events that could not be acted on."""
        sorts = {"parked_at": deferred.c.parked_at, "type": deferred.c.type, "subject": deferred.c.subject}
        return await page(session, _parked(), asked, sorts=sorts, tie=deferred.c.position, by_row=True)

    @router.operation("GET", "/parked-events/{event_id}", permission=read)
    async def get_parked_event(event_id: UUID, session: Session) -> ParkedEventDetail:
        """Show a parked event as it arrived."""
        query = _parked().add_columns(deferred.c.envelope).where(deferred.c.id == event_id)
        row = (await session.execute(query)).one_or_none()
        if row is None:
            raise _not_parked(event_id)
        view = ParkedEventView.model_validate(row)
        return ParkedEventDetail(**dict(view), body=row.envelope.decode(errors="replace"))

    @router.operation("POST", "/parked-events/{event_id}/replay", permission=write, status=202)
    async def replay_parked_event(event_id: UUID, session: Session) -> ReplayView:
        """Try a parked event again, at once and with growing pauses."""
        row = (await session.execute(_parked().where(deferred.c.id == event_id))).one_or_none()
        if row is None or not await deferral.replay(session, [event_id]):
            raise _not_parked(event_id)
        return ReplayView(id=row.id, type=row.type, subject=row.subject)

    return router


def _parked() -> Select[UUID, str, str, str, int, datetime | None]:
    columns = deferred.c
    return select(columns.id, columns.type, columns.subject, columns.error, columns.tries, columns.parked_at).where(
        columns.parked_at.is_not(None)
    )


def _not_parked(id: UUID) -> NoSuchResource:
    return NoSuchResource(f"No event with the id {id} is parked.")


async def _feed(session: AsyncSession, after: int, type: str | None, limit: int) -> Response:
    """Looks at so many facts and no more, however rare the type is; answers with the bytes that were published."""
    place = outbox.c.feed_position
    ahead = select(place).where(place > after).order_by(place).limit(SCANNED).subquery()
    seen = await session.scalar(select(func.max(ahead.c.feed_position))) or after
    query = select(place, outbox.c.envelope).where(place > after, place <= seen).order_by(place).limit(limit)
    if type is not None:
        query = query.where(outbox.c.type == type)
    rows = (await session.execute(query)).all()
    last = rows[-1].feed_position if len(rows) == limit else seen
    items = b",".join(row.envelope for row in rows)
    return Response(b'{"items":[%b],"after":%d}' % (items, last), media_type="application/json")
