"""Questions about who uses whom, directly and through others, each answered by one statement."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, Uuid, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
from portfolio.dependency.model import Dependency
from portfolio.dependency.schemas import ImpactDirection
from portfolio.dependency.spread import Reached
from portfolio.service.model import Service

LOCK = "dependencies"


async def hold_graph(session: AsyncSession) -> None:
    """One at a time: two dependencies declared at once could close a loop that neither sees."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK))))


async def used_by(session: AsyncSession, id: UUID) -> set[UUID]:
    """All services that this one uses, directly or through others."""
    start = select(Dependency.uses_id).where(Dependency.service_id == id).cte(recursive=True)
    reached = start.union(select(Dependency.uses_id).where(Dependency.service_id == start.c.uses_id))
    return set((await session.scalars(select(reached.c.uses_id))).all())


async def neighbours(session: AsyncSession, id: UUID, direction: ImpactDirection) -> Mapping[UUID, Sequence[UUID]]:
    """Of this service and of all that are reached from it, the next ones. The walk keeps services, not paths or
    distances: it looks at each dependency once, however many paths there are."""
    near, far = Dependency.uses_id, Dependency.service_id
    if direction is ImpactDirection.USED:
        near, far = far, near
    start = select(literal(id, Uuid).label("id")).cte(recursive=True)
    reached = start.union(select(far).join(start, near == start.c.id))
    query = select(near, func.array_agg(far)).join(reached, near == reached.c.id).group_by(near)
    return {one: sorted(next_ones) for one, next_ones in await session.execute(query)}


def services(found: Mapping[UUID, Reached[UUID]]) -> tuple[Select[*tuple[Any, ...]], Any]:
    """Those services with their distances, and the distance as a column."""
    rows = [(id, reached.distance) for id, reached in found.items()]
    near = rows_of([Service.id, Service.definition_number], rows).subquery()
    distance = type_coerce(near.c.c1, BigInteger)
    query = select(Service.id, Service.code, Service.name, Service.status, distance.label("distance"))
    return query.join(near, near.c.c0 == Service.id), distance
