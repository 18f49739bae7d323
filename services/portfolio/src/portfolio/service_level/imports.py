"""The import of service levels from CSV files."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now
from chassis.imports import CSV_MEDIA, ImportResult, Row, Upload
from chassis.operations import Router, Session
from portfolio.intake import take_all
from portfolio.performance_assessment.actions import assess_again
from portfolio.service.register import register
from portfolio.service_level.import_schemas import ServiceLevelRow
from portfolio.service_level.intake import Intake
from portfolio.service_level.model import ServiceLevel

router = Router("service-level-imports")

BODY_BYTES = 64 << 20


@router.operation(
    "POST",
    "/service-level-imports",
    permission="portfolio:service-level:import",
    upload=CSV_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_service_levels(upload: Upload, session: Session, now: Now) -> ImportResult:
    """Promise and restate service levels by a file.

    Fields: source and external_id of the service level, service (its code) or service_external_id (its id in the same
    source), name, metric, target, unit, window, direction; also code, description, warning_limit, aggregation, weight,
    year_starts_in, time_zone. Without an external id the name within the service counts. Nothing is removed.
    """
    outcomes: Counter[str] = Counter()
    async for rows in upload.batches(ServiceLevelRow):
        intake = Intake(await register(session, [row.value for row in rows], hold=True))
        intake.learn(await meant_by(session, rows, intake))
        outcomes += take_all(upload, rows, intake.take)
        session.add_all(intake.new)
        await session.flush()
        await assess_again(session, intake.restated, now)
    return upload.result(**outcomes)


async def meant_by(
    session: AsyncSession, rows: Sequence[Row[ServiceLevelRow]], intake: Intake
) -> Sequence[ServiceLevel]:
    """Those of the services that the rows name, and those that have one of the external ids."""
    services = [service.id for service in intake.register.services()]
    names = {(row.value.source, row.value.external_id) for row in rows if row.value.external_id}
    known = tuple_(ServiceLevel.source, ServiceLevel.external_id).in_(names)
    return (await session.scalars(select(ServiceLevel).where(or_(ServiceLevel.service_id.in_(services), known)))).all()
