"""The operations on measurements and on the attainment of service levels."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Now
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Day
from portfolio.asked_range import AskedRange
from portfolio.measurement import queries
from portfolio.measurement.actions import Recorder, import_measurements
from portfolio.measurement.model import Measurement, Unmeasurable
from portfolio.measurement.schemas import (
    AttainmentSummary,
    AttainmentView,
    Effect,
    MeasurementView,
    RecordedMeasurement,
    RecordedMeasurements,
    RecordMeasurements,
)
from portfolio.service.model import Service
from portfolio.service_level.model import ServiceLevel

router = Router("measurements")

READ, WRITE, IMPORT = (f"portfolio:measurement:{verb}" for verb in ("read", "write", "import"))
BODY_BYTES = 2 << 20
EXAMPLE = {
    "source": "monitoring",
    "service": "mail",
    "service_level": "Mailbox available",
    "period_starts_on": "2026-01-01",
    "value": "99.95",
}


@router.operation(
    "POST",
    "/measurements",
    permission=WRITE,
    max_body_bytes=BODY_BYTES,
    example={"measurements": [EXAMPLE]},
)
async def record_measurements(
    command: RecordMeasurements, session: Session, caller: CurrentCaller, now: Now
) -> RecordedMeasurements:
    """Record up to 1,000 measurements, each with a result of its own; the same again changes nothing."""
    recorded = await Recorder(session, caller.subject, now).record(command.measurements)
    results = [_result(index, effect) for index, effect in enumerate(recorded)]
    counts = Counter(result.effect for result in results)
    return RecordedMeasurements(
        created=counts[Effect.CREATED],
        changed=counts[Effect.CHANGED],
        unchanged=counts[Effect.UNCHANGED],
        rejected=counts[Effect.REJECTED],
        results=results,
    )


def _result(index: int, effect: Effect | Unmeasurable) -> RecordedMeasurement:
    if isinstance(effect, Unmeasurable):
        return RecordedMeasurement(index=index, effect=Effect.REJECTED, field=effect.field, reason=str(effect))
    return RecordedMeasurement(index=index, effect=effect, field=None, reason=None)


@router.operation(
    "POST",
    "/measurement-imports",
    permission=IMPORT,
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_measurements_from_file(
    upload: Upload, session: Session, caller: CurrentCaller, now: Now
) -> ImportResult:
    """Import measurements from a file; an empty value or NA is kept as not measured."""
    return await import_measurements(Recorder(session, caller.subject, now), upload)


@router.operation("GET", "/measurements", permission=READ)
async def list_measurements(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    service_level_id: UUID | None = None,
    source: Code | None = None,
    starting_from: Annotated[Day | None, Query(description="Periods that begin on this day or later.")] = None,
    starting_before: Annotated[Day | None, Query(description="Periods that begin before this day.")] = None,
    measured: Annotated[bool | None, Query(description="Whether there is a value.")] = None,
) -> Page[MeasurementView]:
    """List measurements."""
    query = select(Measurement)
    if service_id:
        levels = select(ServiceLevel.id).where(ServiceLevel.service_id == service_id)
        query = query.where(Measurement.service_level_id.in_(levels))
    if service_level_id:
        query = query.where(Measurement.service_level_id == service_level_id)
    if source:
        query = query.where(Measurement.source == source)
    if starting_from:
        query = query.where(Measurement.period_starts_on >= starting_from)
    if starting_before:
        query = query.where(Measurement.period_starts_on < starting_before)
    if measured is not None:
        query = query.where(Measurement.value.is_not(None) if measured else Measurement.value.is_(None))
    sorts = {"period_starts_on": Measurement.period_starts_on, "recorded_at": Measurement.recorded_at}
    return await page(session, query, asked, sorts=sorts, tie=Measurement.id)


@router.operation("GET", "/services/{service_id}/attainment", permission=READ)
async def get_attainment(service_id: UUID, within: AskedRange, session: Session) -> AttainmentView:
    """Show which service levels of a service were met, missed or not measured in a range."""
    await found(session, Service, service_id)
    attained = (await queries.attainment(session, [service_id], within))[service_id]
    return AttainmentView(**dict(attained), service_id=service_id, starts_on=within.starts_on, ends_on=within.ends_on)


@router.operation("GET", "/attainment-summary", permission=READ)
async def get_attainment_summary(within: AskedRange, session: Session) -> AttainmentSummary:
    """Count the service levels of all services that were met, missed or not measured in a range."""
    return await queries.attainment_summary(session, within)
