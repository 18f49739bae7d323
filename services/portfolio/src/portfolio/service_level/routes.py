"""The operations on service levels."""

from uuid import UUID

from fastapi import Response
from sqlalchemy import select

from chassis.application import Now
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Day
from portfolio.outage.calculation import calculate
from portfolio.performance_assessment.actions import assess_again
from portfolio.service import queries as services
from portfolio.service.model import Service
from portfolio.service_calendar.model import ServiceCalendar
from portfolio.service_level.model import (
    CodeTaken,
    Ended,
    ExternalIdTaken,
    HalfIdentified,
    ImpossibleTarget,
    LastPromise,
    NameTaken,
    NotFromOutages,
    NothingPromised,
    ServiceLevel,
    ServiceLevelTarget,
    WarningTooLate,
)
from portfolio.service_level.schemas import (
    ChangeTarget,
    PromiseServiceLevel,
    RestateServiceLevel,
    ServiceLevelView,
    TargetView,
)

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
    problems=[
        NameTaken,
        CodeTaken,
        ExternalIdTaken,
        HalfIdentified,
        ImpossibleTarget,
        WarningTooLate,
        NotFromOutages,
        Ended,
    ],
    status=201,
    example={**PROMISE, "service_id": "0198c0de-0000-7000-8000-000000000001"},
)
async def promise_service_level(command: PromiseServiceLevel, session: Session, now: Now) -> ServiceLevelView:
    """Promise a service level."""
    # It cannot go while this is being promised.
    await session.execute(select(Service.id).where(Service.id == command.service_id).with_for_update(read=True))
    service = await found(session, Service, command.service_id)
    if command.service_calendar_id:
        await found(session, ServiceCalendar, command.service_calendar_id)
    stated = dict(command)
    del stated["service_id"]
    level = ServiceLevel.promise(service=service, **stated)
    session.add(level)
    await session.flush()
    # Windows that were assessed before it was promised stand, but for those that its outages are known of.
    await calculate(session, [level.id], now)
    await session.refresh(level)
    return ServiceLevelView.model_validate(level)


async def _judge_again(session: Session, level: ServiceLevel, now: Now) -> None:
    """What was assessed stands as the service level says now."""
    await calculate(session, [level.id], now)
    await assess_again(session, {level.service_id}, now)
    await session.refresh(level)


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
    problems=[NameTaken, CodeTaken, ImpossibleTarget, WarningTooLate, NotFromOutages, Ended],
    example=PROMISE,
)
async def restate_service_level(
    service_level_id: UUID, command: RestateServiceLevel, version: ExpectedVersion, session: Session, now: Now
) -> ServiceLevelView:
    """State a service level anew; its target that of all windows before the first change of it."""
    level = await found(session, ServiceLevel, service_level_id, version=version)
    if command.service_calendar_id:
        await found(session, ServiceCalendar, command.service_calendar_id)
    level.restate(**dict(command))
    await session.flush()
    await _judge_again(session, level, now)
    return ServiceLevelView.model_validate(level)


@router.operation("DELETE", "/service-levels/{service_level_id}", permission=WRITE, problems=[LastPromise], status=204)
async def withdraw_service_level(
    service_level_id: UUID, version: ExpectedVersion, session: Session, now: Now
) -> Response:
    """Withdraw a service level; a service in the catalog keeps at least one."""
    level = await found(session, ServiceLevel, service_level_id, version=version)
    await services.lock(session, level.service_id)
    service = await found(session, Service, level.service_id)
    level.may_go(service, levels=await services.service_levels(session, service.id))
    await session.delete(level)
    await session.flush()
    await assess_again(session, {service.id}, now)
    return Response(status_code=204)


@router.operation("GET", "/service-levels/{service_level_id}/targets", permission=READ)
async def list_targets(service_level_id: UUID, session: Session, asked: AskedPage) -> Page[TargetView]:
    """List the days on which the target of a service level changes."""
    await found(session, ServiceLevel, service_level_id)
    query = select(ServiceLevelTarget).where(ServiceLevelTarget.service_level_id == service_level_id)
    day = ServiceLevelTarget.valid_from
    return await page(session, query, asked, sorts={"valid_from": day}, tie=day)


@router.operation(
    "PUT",
    "/service-levels/{service_level_id}/targets/{valid_from}",
    permission=WRITE,
    problems=[ImpossibleTarget, WarningTooLate, NothingPromised],
    example={"target": "99.95", "warning_limit": "99.97"},
)
async def change_target(
    service_level_id: UUID, valid_from: Day, command: ChangeTarget, session: Session, now: Now
) -> TargetView:
    """Change the target of a service level from a day on; windows that began before keep theirs."""
    level = await found(session, ServiceLevel, service_level_id)
    await services.lock(session, level.service_id)
    changed = await session.merge(level.change_target(valid_from, **dict(command)))
    await session.flush()
    await assess_again(session, {level.service_id}, now)
    return TargetView.model_validate(changed)


@router.operation("DELETE", "/service-levels/{service_level_id}/targets/{valid_from}", permission=WRITE, status=204)
async def withdraw_target(service_level_id: UUID, valid_from: Day, session: Session, now: Now) -> Response:
    """Take a change of target back: the target before it holds on."""
    level = await found(session, ServiceLevel, service_level_id)
    await services.lock(session, level.service_id)
    changed = await session.get(ServiceLevelTarget, (service_level_id, valid_from))
    if changed is None:
        raise NoSuchResource(f"The target does not change on {valid_from}.")
    await session.delete(changed)
    await session.flush()
    await assess_again(session, {level.service_id}, now)
    return Response(status_code=204)
