"""The operations on service levels."""

from uuid import UUID

from fastapi import Response
from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from portfolio.service import queries as services
from portfolio.service.model import Service
from portfolio.service_level.model import (
    Ended,
    ExternalIdTaken,
    HalfIdentified,
    ImpossibleTarget,
    LastPromise,
    NameTaken,
    ServiceLevel,
)
from portfolio.service_level.schemas import PromiseServiceLevel, RestateServiceLevel, ServiceLevelView

router = Router("service-levels")

READ, WRITE = "portfolio:service-level:read", "portfolio:service-level:write"
PROMISE = {
    "name": "Mailbox available",
    "metric": "availability",
    "target": "99.9",
    "unit": "percent",
    "window": "month",
    "direction": "at_least",
}


@router.operation(
    "POST",
    "/service-levels",
    permission=WRITE,
    problems=[NameTaken, ExternalIdTaken, HalfIdentified, ImpossibleTarget, Ended],
    status=201,
    example={**PROMISE, "service_id": "0198c0de-0000-7000-8000-000000000001"},
)
async def promise_service_level(command: PromiseServiceLevel, session: Session) -> ServiceLevelView:
    """Promise a service level."""
    # It cannot go while this is being promised.
    await session.execute(select(Service.id).where(Service.id == command.service_id).with_for_update(read=True))
    service = await found(session, Service, command.service_id)
    level = ServiceLevel.promise(service=service, **command.model_dump(exclude={"service_id"}))
    session.add(level)
    await session.flush()
    return ServiceLevelView.model_validate(level)


@router.operation("GET", "/service-levels", permission=READ)
async def list_service_levels(
    session: Session, asked: AskedPage, service_id: UUID | None = None
) -> Page[ServiceLevelView]:
    """List service levels, all or those of a service."""
    query = select(ServiceLevel)
    if service_id:
        query = query.where(ServiceLevel.service_id == service_id)
    return await page(session, query, asked, sorts={"name": ServiceLevel.name}, tie=ServiceLevel.id)


@router.operation("GET", "/service-levels/{service_level_id}", permission=READ)
async def get_service_level(service_level_id: UUID, session: Session) -> ServiceLevelView:
    """Show a service level."""
    return ServiceLevelView.model_validate(await found(session, ServiceLevel, service_level_id))


@router.operation(
    "PUT",
    "/service-levels/{service_level_id}",
    permission=WRITE,
    problems=[NameTaken, ImpossibleTarget, Ended],
    example=PROMISE,
)
async def restate_service_level(
    service_level_id: UUID, command: RestateServiceLevel, version: ExpectedVersion, session: Session
) -> ServiceLevelView:
    """State a service level anew."""
    level = await found(session, ServiceLevel, service_level_id, version=version)
    level.restate(**dict(command))
    await session.flush()
    return ServiceLevelView.model_validate(level)


@router.operation("DELETE", "/service-levels/{service_level_id}", permission=WRITE, problems=[LastPromise], status=204)
async def withdraw_service_level(service_level_id: UUID, version: ExpectedVersion, session: Session) -> Response:
    """Withdraw a service level; a service in the catalog keeps at least one."""
    level = await found(session, ServiceLevel, service_level_id, version=version)
    await services.lock(session, level.service_id)
    service = await found(session, Service, level.service_id)
    level.may_go(service, levels=await services.service_levels(session, service.id))
    await session.delete(level)
    return Response(status_code=204)
