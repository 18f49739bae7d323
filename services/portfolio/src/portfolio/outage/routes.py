"""The operations on outages, and on the availability that they leave."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import or_, select

from chassis.application import Now
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Day, Instant
from portfolio.outage.actions import changed, import_outages
from portfolio.outage.explained import explained
from portfolio.outage.model import AlreadyRetracted, ExternalIdTaken, HalfIdentified, ImpossibleSpan, Outage, OutageKind
from portfolio.outage.schemas import AvailabilityView, CorrectOutage, OutageView, RecordOutage, RetractOutage
from portfolio.service.model import Service
from portfolio.service_level.model import NotFromOutages, ServiceLevel
from portfolio.service_level.terms import SHARES, Metric

router = Router("outages")

READ, WRITE, IMPORT = (f"portfolio:outage:{verb}" for verb in ("read", "write", "import"))
CORRECTED = {
    "kind": "unplanned",
    "summary": "Disks full",
    "starts_at": "2026-01-12T09:30:00Z",
    "ends_at": "2026-01-12T10:15:00Z",
}


@router.operation(
    "POST",
    "/outages",
    permission=WRITE,
    problems=[ExternalIdTaken, HalfIdentified, ImpossibleSpan],
    status=201,
    example={"service_id": "0198c0de-0000-7000-8000-000000000001", **CORRECTED},
)
async def record_outage(command: RecordOutage, session: Session, caller: CurrentCaller, now: Now) -> OutageView:
    """Record an outage of a service; the availability of closed windows that it touches is calculated anew."""
    await found(session, Service, command.service_id)
    outage = Outage.begin(**dict(command), by=caller.subject, at=now)
    session.add(outage)
    await changed(session, {outage.service_id: outage.starts_at}, now)
    return OutageView.model_validate(outage)


@router.operation(
    "PUT",
    "/outages/{outage_id}",
    permission=WRITE,
    problems=[ImpossibleSpan, AlreadyRetracted],
    example=CORRECTED,
)
async def correct_outage(
    outage_id: UUID,
    command: CorrectOutage,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> OutageView:
    """Correct an outage, or say when it ended."""
    outage = await found(session, Outage, outage_id, version=version)
    before = outage.starts_at
    outage.correct(**dict(command), by=caller.subject, at=now)
    await changed(session, {outage.service_id: min(before, outage.starts_at)}, now)
    return OutageView.model_validate(outage)


@router.operation(
    "POST",
    "/outages/{outage_id}/retraction",
    permission=WRITE,
    problems=[AlreadyRetracted],
    example={"reason": "The probe was broken, not the service"},
)
async def retract_outage(
    outage_id: UUID,
    command: RetractOutage,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> OutageView:
    """Say that it was no outage; it is kept and counts nowhere."""
    outage = await found(session, Outage, outage_id, version=version)
    outage.retract(reason=command.reason, by=caller.subject, at=now)
    await changed(session, {outage.service_id: outage.starts_at}, now)
    return OutageView.model_validate(outage)


@router.operation(
    "POST",
    "/outage-imports",
    permission=IMPORT,
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_outages_from_file(upload: Upload, session: Session, caller: CurrentCaller, now: Now) -> ImportResult:
    """Record and correct outages by a file, each known by its source and external id."""
    return await import_outages(session, upload, by=caller.subject, at=now)


@router.operation("GET", "/outages", permission=READ)
async def list_outages(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    kind: OutageKind | None = None,
    ending_after: Annotated[Instant | None, Query(description="Those that run at this instant or later.")] = None,
    starting_before: Annotated[Instant | None, Query(description="Those that begin before this instant.")] = None,
    retracted: bool | None = None,
) -> Page[OutageView]:
    """List outages."""
    query = select(Outage)
    if service_id:
        query = query.where(Outage.service_id == service_id)
    if kind:
        query = query.where(Outage.kind == kind)
    if ending_after:
        query = query.where(or_(Outage.ends_at.is_(None), Outage.ends_at > ending_after))
    if starting_before:
        query = query.where(Outage.starts_at < starting_before)
    if retracted is not None:
        query = query.where(Outage.retracted_at.is_not(None) if retracted else Outage.retracted_at.is_(None))
    return await page(session, query, asked, sorts={"starts_at": Outage.starts_at}, tie=Outage.id)


@router.operation("GET", "/outages/{outage_id}", permission=READ)
async def get_outage(outage_id: UUID, session: Session) -> OutageView:
    """Show an outage."""
    return OutageView.model_validate(await found(session, Outage, outage_id))


@router.operation(
    "GET",
    "/service-levels/{service_level_id}/availability",
    permission="portfolio:measurement:read",
    problems=[NotFromOutages],
)
async def explain_availability(
    service_level_id: UUID,
    session: Session,
    now: Now,
    on: Annotated[Day | None, Query(description="A day of the window; without one, today.")] = None,
) -> AvailabilityView:
    """Explain the availability of one window, also of the one that runs: its hours, outages and error budget."""
    level = await found(session, ServiceLevel, service_level_id)
    if level.metric is not Metric.AVAILABILITY or level.unit not in SHARES or level.outages_since is None:
        raise NotFromOutages("State from when on every outage is recorded.")
    return await explained(session, level, on or level.calendar.today(now), now)
