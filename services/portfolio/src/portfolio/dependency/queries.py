"""Questions about who uses whom, directly and through others, each answered by one statement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Select, Uuid, func, literal, select, true, type_coerce
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
    return {*await neighbours(session, [id], ImpactDirection.USED)} - {id}


async def neighbours(
    session: AsyncSession, ids: Collection[UUID], direction: ImpactDirection
) -> Mapping[UUID, Sequence[UUID]]:
    """Of these services and of all that are reached from them, the next ones, none where it ends.

    The walk keeps services, not paths or distances: it looks at each dependency once, however many paths there are.
    Each service is looked up by itself in the index, whatever the statistics say: for a join the planner may choose to
    read all dependencies for each of them, which takes minutes.
    """
    near, far = Dependency.uses_id, Dependency.service_id
    if direction is ImpactDirection.USED:
        near, far = far, near
    start = select(func.unnest(literal(list(ids), ARRAY(Uuid))).label("id")).cte(recursive=True)
    step = select(far.label("id")).where(near == start.c.id).correlate(start).offset(0).lateral()
    reached = start.union(select(step.c.id).select_from(start.join(step, true())))
    next_ones = select(func.array_agg(far)).where(near == reached.c.id).correlate(reached).scalar_subquery()
    found = await session.execute(select(reached.c.id, next_ones))
    return {one: sorted(following or ()) for one, following in found}


def services(found: Mapping[UUID, Reached[UUID]]) -> tuple[Select[*tuple[Any, ...]], Any]:
    """Those services with their distances, and the distance as a column."""
    rows = [(id, reached.distance) for id, reached in found.items()]
    near = rows_of([Service.id, Service.definition_number], rows).subquery()
    distance = type_coerce(near.c.c1, BigInteger)
    query = select(Service.id, Service.code, Service.name, Service.status, distance.label("distance"))
    return query.join(near, near.c.c0 == Service.id), distance
