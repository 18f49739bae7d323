"""What services are shown with as service specifications, found for a whole page at once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from portfolio.dependency.model import Dependency
from portfolio.service.model import Service
from portfolio.service_level.model import ServiceLevel
from portfolio.service_specification.writing import Surroundings
from portfolio.source_statement.model import ResourceKind, SourceStatement


async def surroundings(session: AsyncSession, services: Sequence[Service]) -> Surroundings:
    """Promises that have ended are left out."""
    around = Surroundings({service.id: [] for service in services}, {service.id: [] for service in services}, {})
    uses = (
        select(Dependency.service_id, Service)
        .join(Service, Service.id == Dependency.uses_id)
        .where(among(Dependency.service_id, around.uses.keys()))
        .order_by(Service.code, Service.id)
    )
    for id, used in await session.execute(uses):
        around.uses[id].append(used)
    promised = select(ServiceLevel).where(
        among(ServiceLevel.service_id, around.levels.keys()), ServiceLevel.ended_on.is_(None)
    )
    for level in await session.scalars(promised.order_by(ServiceLevel.name, ServiceLevel.id)):
        around.levels[level.service_id].append(level)
    replacing = {service.replacement_id for service in services if service.replacement_id}
    for service in await session.scalars(select(Service).where(among(Service.id, replacing))):
        around.replacements[service.id] = service
    return around


async def statements(
    session: AsyncSession, source: str, kind: ResourceKind, services: Sequence[Service]
) -> dict[object, SourceStatement]:
    """What the source said of these services, by their ids."""
    query = select(SourceStatement).where(
        SourceStatement.source == source,
        SourceStatement.kind == kind,
        among(SourceStatement.service_id, [service.id for service in services]),
    )
    return {statement.service_id: statement for statement in await session.scalars(query)}
