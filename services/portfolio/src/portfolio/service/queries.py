"""Questions about services and their surroundings, each answered by one statement."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from chassis.bulk import among
from portfolio.dependency.model import Dependency
from portfolio.service.gates import Neighbour
from portfolio.service.history import Transition
from portfolio.service.model import Service
from portfolio.service.terms import STAGES, Stage, Status, Step
from portfolio.service_definition.model import ServiceDefinition
from portfolio.service_level.model import ServiceLevel

VIEWED = (selectinload(Service.external_ids),)
IN_CATALOG = [status for status, stage in STAGES.items() if stage is Stage.CATALOG]


def standing(as_of: datetime) -> tuple[Select[Service, Status, ServiceDefinition], Any]:
    """Services with their status and definition of an instant, and that status as a column. Those that were not yet
    there are left out."""
    last = (
        select(Transition.service_id, Transition.to_status)
        .where(Transition.at <= as_of, Transition.step != Step.RELATION_END)
        .ext(distinct_on(Transition.service_id))
        .order_by(Transition.service_id, Transition.at.desc(), Transition.id.desc())
        .subquery()
    )
    newest = (
        select(ServiceDefinition.service_id, func.max(ServiceDefinition.number).label("number"))
        .where(ServiceDefinition.active_from <= as_of)
        .group_by(ServiceDefinition.service_id)
        .subquery()
    )
    held = (ServiceDefinition.service_id == newest.c.service_id) & (ServiceDefinition.number == newest.c.number)
    query = (
        select(Service, last.c.to_status, ServiceDefinition)
        .join(last, last.c.service_id == Service.id)
        .join(newest, newest.c.service_id == Service.id)
        .join(ServiceDefinition, held)
        .options(*VIEWED)
    )
    return query, last.c.to_status


async def lock(session: AsyncSession, id: UUID) -> None:
    """One step at a time for each service: what a gate has seen stays true until the step is committed. Others may
    still refer to it, as the history of a neighbour does."""
    await session.execute(select(Service.id).where(Service.id == id).with_for_update(key_share=True))


async def service_levels(session: AsyncSession, id: UUID) -> int:
    promised = ServiceLevel.service_id == id, ServiceLevel.ended_on.is_(None)
    query = select(func.count()).select_from(ServiceLevel).where(*promised)
    return (await session.execute(query)).scalar_one()


async def not_operational(session: AsyncSession, id: UUID) -> list[Neighbour]:
    """Of the services that it uses, which stay as they are until the launch is committed, those not operational."""
    uses = select(Dependency.uses_id).where(Dependency.service_id == id)
    query = select(Service.id, Service.code, Service.status).where(Service.id.in_(uses)).order_by(Service.id)
    rows = (await session.execute(query.with_for_update(read=True))).all()
    return [Neighbour(*row) for row in rows if row.status is not Status.OPERATIONAL]


async def dependants_in_catalog(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Neighbour]]:
    """Of each of these services, those of the catalog that use it."""
    query = (
        select(Dependency.uses_id, Service.id, Service.code, Service.status)
        .join(Service, Service.id == Dependency.service_id)
        .where(among(Dependency.uses_id, ids), Service.status.in_(IN_CATALOG))
        .order_by(Service.code)
    )
    found: dict[UUID, list[Neighbour]] = defaultdict(list)
    for used, id, code, status in await session.execute(query):
        found[used].append(Neighbour(id, code, status))
    return found
