"""The operations on measurements and on the attainment of service levels."""

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import select

from chassis.application import Now
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, FileUpload, ImportResult, upload_with
from chassis.money import NonNegativeAmount
from chassis.ndjson import NDJSON_MEDIA, ndjson_outcomes
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code, Day
from portfolio.asked_range import AskedRange
from portfolio.measurement import queries
from portfolio.measurement.actions import Recorder, import_measurements
from portfolio.measurement.judged import judged, trend
from portfolio.measurement.model import Measurement, SupersededMeasurement, Unmeasurable
from portfolio.measurement.schemas import (
    AttainmentSummary,
    AttainmentView,
    Effect,
    MeasurementRevisionView,
    MeasurementView,
    RecordedMeasurement,
    RecordedMeasurements,
    RecordMeasurements,
    ServiceHealth,
    ServiceLevelWindows,
    TrendView,
)
from portfolio.outage.calculation import hours_of
from portfolio.service.model import Service
from portfolio.service.terms import Kind
from portfolio.service_level.model import ServiceLevel

router = Router("measurements")

READ, WRITE, IMPORT = (f"portfolio:measurement:{verb}" for verb in ("read", "write", "import"))
BODY_BYTES = 2 << 20
MeasurementUpload = Annotated[FileUpload, Depends(upload_with({}, {NDJSON_MEDIA: ndjson_outcomes}))]
Significance = Literal["0.1", "0.05", "0.01", "0.001"]
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
    upload=(*CSV_MEDIA, NDJSON_MEDIA),
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_measurements_from_file(
    upload: MeasurementUpload, session: Session, caller: CurrentCaller, now: Now
) -> ImportResult:
    """Import measurements, from a file or line by line; an empty value, null or NA is kept as not measured."""
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


@router.operation("GET", "/measurements/{measurement_id}/revisions", permission=READ)
async def list_measurement_revisions(
    measurement_id: UUID, session: Session, asked: AskedPage
) -> Page[MeasurementRevisionView]:
    """List what a measurement said before it was corrected."""
    if await session.get(Measurement, measurement_id) is None:
        raise NoSuchResource(f"There is no Measurement with the id {measurement_id}.")
    before = SupersededMeasurement
    query = select(before).where(before.measurement_id == measurement_id)
    return await page(session, query, asked, sorts={"revision": before.revision}, tie=before.revision)


@router.operation("GET", "/services/{service_id}/attainment", permission=READ)
async def get_attainment(service_id: UUID, within: AskedRange, session: Session, now: Now) -> AttainmentView:
    """Show which service levels of a service were met, missed or not measured in a range."""
    await found(session, Service, service_id)
    attained = (await queries.attainment(session, [service_id], within, now))[service_id]
    return AttainmentView(**dict(attained), service_id=service_id, starts_on=within.starts_on, ends_on=within.ends_on)


@router.operation("GET", "/attainment-summary", permission=READ)
async def get_attainment_summary(within: AskedRange, session: Session, now: Now) -> AttainmentSummary:
    """Count the service levels of all services that were met, missed or not measured in a range."""
    return await queries.attainment_summary(session, within, now)


@router.operation("GET", "/service-health", permission=READ)
async def list_service_health(
    within: AskedRange,
    session: Session,
    asked: AskedPage,
    now: Now,
    kind: Kind | None = None,
    health_below: Annotated[
        NonNegativeAmount | None, Query(description="Leaves out the services whose health is not known.")
    ] = None,
) -> Page[ServiceHealth]:
    """List the health of the services of the catalog in a range; by health the worst first, the unknown last."""
    query, health = queries.health(within, now)
    if kind:
        query = query.where(Service.kind == kind)
    if health_below is not None:
        query = query.where(health < min(health_below, queries.UNKNOWN))
    return await page(
        session, query, asked, sorts={"code": Service.code, "health": health}, tie=Service.id, by_row=True
    )


@router.operation("GET", "/service-levels/{service_level_id}/windows", permission=READ)
async def list_windows(service_level_id: UUID, within: AskedRange, session: Session, now: Now) -> ServiceLevelWindows:
    """Show each window of a service level that begins in a range: value, target, warning, error budget; at most 400."""
    level = await found(session, ServiceLevel, service_level_id)
    hours = await hours_of(session, {level.service_calendar_id})
    return await judged(session, level, within, hours[level.service_calendar_id], now)


@router.operation("GET", "/service-levels/{service_level_id}/trend", permission=READ)
async def get_trend(
    service_level_id: UUID,
    within: AskedRange,
    session: Session,
    significance: Annotated[Significance, Query(description="The highest probability of being wrong.")] = "0.05",
) -> TrendView:
    """Test whether a service level rises or falls from window to window, by Mann and Kendall, with Sen's slope."""
    return await trend(session, await found(session, ServiceLevel, service_level_id), within, Decimal(significance))
