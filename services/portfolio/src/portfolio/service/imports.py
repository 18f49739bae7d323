"""The import of services from CSV files."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query
from sqlalchemy import func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now
from chassis.bulk import among, rows_of
from chassis.imports import CSV_MEDIA, Upload
from chassis.operations import CurrentCaller, Router, Session
from chassis.text import Code
from portfolio.intake import take_all
from portfolio.service import queries
from portfolio.service.gates import Act
from portfolio.service.history import ExternalId
from portfolio.service.import_schemas import ServiceImportResult, ServiceRow
from portfolio.service.intake import Intake
from portfolio.service.model import Service
from portfolio.service.terms import Status

router = Router("service-imports")

BODY_BYTES = 64 << 20


@router.operation(
    "POST", "/service-imports", permission="portfolio:service:import", upload=CSV_MEDIA, max_body_bytes=BODY_BYTES
)
async def import_services(
    upload: Upload,
    session: Session,
    caller: CurrentCaller,
    now: Now,
    complete_for: Annotated[
        Code | None, Query(description="The source that the file is the complete list of: what it lacks is marked.")
    ] = None,
) -> ServiceImportResult:
    """Take services over from a file, each into the stage where it stands, or change what is said of known ones.

    Fields: source and external_id or code, name, kind, owner, description, criticality, tags (separated by semicolons),
    stage, launched_on, retired_on, requested_budget and its currency, planned_launch_on, stated_on (the day on which it
    was so). What a row leaves out stays as it is; a known service stays in its stage; nothing is removed. Where a file
    is complete for its source, and no row of it is rejected, the ids that it lacks are marked as absent; those of other
    sources are left alone.
    """
    outcomes: Counter[str] = Counter()
    intake = Intake(Act(by=caller.subject, at=now, reason="Imported from a file"), complete_for)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("service imports"))))
    async for rows in upload.batches(ServiceRow):
        codes = {row.value.code or row.value.external_id or "" for row in rows}
        names = {(row.value.source or "", row.value.external_id) for row in rows if row.value.external_id}
        intake.learn(await meant_by(session, codes=codes, names=names))
        outcomes += take_all(upload, rows, intake.take)
        session.add_all(intake.new)
        await session.flush()
        intake.forget()
        session.expunge_all()
    absent = 0
    if complete_for and intake.seen and not upload.rejected:
        absent = await miss(session, complete_for, intake.seen, now)
    return ServiceImportResult(**dict(upload.result(**outcomes)), absent=absent)


async def miss(session: AsyncSession, source: str, seen: Collection[str], at: datetime) -> int:
    """Marks the other ids of the source as absent; how many were not marked before. Their services are changed by it,
    and live on."""
    lacking = ExternalId.external_id.not_in(rows_of([ExternalId.external_id], [(id,) for id in seen]))
    there = update(ExternalId).where(ExternalId.source == source, ExternalId.absent_since.is_(None), lacking)
    missed = (await session.scalars(there.values(absent_since=at).returning(ExternalId.service_id))).all()
    changed = update(Service).where(among(Service.id, set(missed)))
    await session.execute(changed.values(version=Service.version + 1))
    return len(missed)


async def meant_by(
    session: AsyncSession, *, codes: Collection[str], names: Collection[tuple[str, str]]
) -> Sequence[Service]:
    """The services that have one of these codes, or of these sources with their ids. One in use comes after an archived
    one of its code."""
    pairs = rows_of([ExternalId.source, ExternalId.external_id], names)
    named = select(ExternalId.service_id).where(tuple_(ExternalId.source, ExternalId.external_id).in_(pairs))
    query = select(Service).where(or_(among(Service.code, codes), Service.id.in_(named))).options(*queries.VIEWED)
    archived_first = (Service.status == Status.ARCHIVED).desc()
    return (await session.scalars(query.order_by(archived_first, Service.id))).all()
