"""The import of services from CSV files."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now
from chassis.imports import CSV_MEDIA, ImportResult, Row, Upload
from chassis.operations import CurrentCaller, Router, Session
from portfolio.intake import take_all
from portfolio.service import queries
from portfolio.service.gates import Act
from portfolio.service.history import ExternalId
from portfolio.service.import_schemas import ServiceRow
from portfolio.service.intake import Intake
from portfolio.service.model import Service
from portfolio.service.terms import Status

router = Router("service-imports")

BODY_BYTES = 64 << 20


@router.operation(
    "POST", "/service-imports", permission="portfolio:service:import", upload=CSV_MEDIA, max_body_bytes=BODY_BYTES
)
async def import_services(upload: Upload, session: Session, caller: CurrentCaller, now: Now) -> ImportResult:
    """Take services over from a file, each into the stage where it stands, or change what is said of known ones.

    Fields: source and external_id or code, name, kind, owner, description, criticality, tags (separated by semicolons),
    stage, launched_on, retired_on, requested_budget and its currency. What a row leaves out stays as it is; a known
    service stays in its stage; nothing is removed.
    """
    outcomes: Counter[str] = Counter()
    act = Act(by=caller.subject, at=now, reason="Imported from a file")
    async for rows in upload.batches(ServiceRow):
        intake = Intake(act)
        intake.learn(await meant_by(session, rows))
        outcomes += take_all(upload, rows, intake.take)
        session.add_all(intake.new)
        await session.flush()
    return upload.result(**outcomes)


async def meant_by(session: AsyncSession, rows: Sequence[Row[ServiceRow]]) -> Sequence[Service]:
    """The services that have one of these codes or external ids. One in use goes before an archived one of its code."""
    codes = {row.value.code or row.value.external_id for row in rows}
    names = {(row.value.source, row.value.external_id) for row in rows if row.value.external_id}
    named = select(ExternalId.service_id).where(tuple_(ExternalId.source, ExternalId.external_id).in_(names))
    query = select(Service).where(or_(Service.code.in_(codes), Service.id.in_(named))).options(*queries.VIEWED)
    archived_first = (Service.status == Status.ARCHIVED).desc()
    return (await session.scalars(query.order_by(archived_first, Service.id))).all()
