"""Questions about who uses whom, directly and through others, each answered by one statement."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.dependency.model import Dependency
from portfolio.dependency.schemas import Dependant
from portfolio.service.model import Service
from portfolio.service.terms import Status

LOCK = "dependencies"


async def hold_graph(session: AsyncSession) -> None:
    """One at a time: two dependencies declared at once could close a loop that neither sees."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK))))


async def used_by(session: AsyncSession, id: UUID) -> set[UUID]:
    """All services that this one uses, directly or through others."""
    start = select(Dependency.uses_id).where(Dependency.service_id == id).cte(recursive=True)
    reached = start.union(select(Dependency.uses_id).where(Dependency.service_id == start.c.uses_id))
    return set((await session.scalars(select(reached.c.uses_id))).all())


async def dependants(session: AsyncSession, id: UUID) -> list[Dependant]:
    """Who uses this service, directly or through others: the nearest first, each once, on a shortest path."""
    start = (
        select(Dependency.service_id, Dependency.uses_id.label("via"), literal(1).label("distance"))
        .where(Dependency.uses_id == id)
        .cte(recursive=True)
    )
    # Distinct by user, used and distance, not by path: paths can be as many as two to the power of the services.
    step = select(Dependency.service_id, Dependency.uses_id, start.c.distance + 1)
    walk = start.union(step.where(Dependency.uses_id == start.c.service_id))
    query = (
        select(Service.id, Service.code, Service.name, Service.status, walk.c.distance, walk.c.via)
        .join(walk, walk.c.service_id == Service.id)
        .ext(distinct_on(Service.id))
        .order_by(Service.id, walk.c.distance, walk.c.via)
    )
    return _with_paths((await session.execute(query)).all())


def _with_paths(rows: Iterable[tuple[UUID, str, str, Status, int, UUID]]) -> list[Dependant]:
    """A shortest path goes through the shortest path of the one before, which is nearer and so already found."""
    paths: dict[UUID, list[UUID]] = {}
    found: list[Dependant] = []
    for id, code, name, status, distance, via in sorted(rows, key=lambda row: (row[4], row[1], row[0])):
        paths[id] = [*paths.get(via, []), id]
        found.append(Dependant(service_id=id, code=code, name=name, status=status, distance=distance, path=paths[id]))
    return found
