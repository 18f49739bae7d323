"""Questions about services and their surroundings, each answered by one statement."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from portfolio.dependency.model import Dependency
from portfolio.service.gates import Neighbour
from portfolio.service.history import Transition
from portfolio.service.model import Service
from portfolio.service.terms import STAGES, Stage, Status
from portfolio.service_level.model import ServiceLevel
from portfolio.subscription.model import Subscription

VIEWED = (selectinload(Service.external_ids),)
IN_CATALOG = [status for status, stage in STAGES.items() if stage is Stage.CATALOG]


def standing(as_of: datetime | None) -> tuple[Select[Service, Status], Any]:
    """Services with their status, and that status as a column: today's, or that of an instant, when those that were not
    yet there are left out."""
    if as_of is None:
        return select(Service, Service.status).options(*VIEWED), Service.status
    last = (
        select(Transition.service_id, Transition.to_status)
        .where(Transition.at <= as_of)
        .ext(distinct_on(Transition.service_id))
        .order_by(Transition.service_id, Transition.at.desc(), Transition.id.desc())
        .subquery()
    )
    query = select(Service, last.c.to_status).join(last, last.c.service_id == Service.id).options(*VIEWED)
    return query, last.c.to_status


async def lock(session: AsyncSession, id: UUID) -> None:
    """One step at a time for each service: what a gate has seen stays true until the step is committed."""
    await session.execute(select(Service.id).where(Service.id == id).with_for_update())


async def service_levels(session: AsyncSession, id: UUID) -> int:
    query = select(func.count()).select_from(ServiceLevel).where(ServiceLevel.service_id == id)
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
        .where(Dependency.uses_id.in_(ids), Service.status.in_(IN_CATALOG))
        .order_by(Service.code)
    )
    found: dict[UUID, list[Neighbour]] = defaultdict(list)
    for used, id, code, status in await session.execute(query):
        found[used].append(Neighbour(id, code, status))
    return found


async def open_subscriptions(session: AsyncSession, ids: Collection[UUID], on: date) -> dict[UUID, list[UUID]]:
    """Of each of these services, the subscriptions that run on this day or later."""
    query = (
        select(Subscription.service_id, Subscription.id)
        .where(Subscription.service_id.in_(ids))
        .where(or_(Subscription.ends_on.is_(None), Subscription.ends_on > on))
        .where(or_(Subscription.ends_on.is_(None), Subscription.ends_on > Subscription.starts_on))
        .order_by(Subscription.id)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for service_id, id in await session.execute(query):
        found[service_id].append(id)
    return found


def due(on: date) -> Select[Service]:
    """Services whose notice has run out on this day, the longest due first."""
    query = select(Service).where(Service.status == Status.RETIRING, Service.retires_on <= on)
    return query.order_by(Service.retires_on, Service.id)
