"""The operations that move a service through its life, but for its retirement. Each is one step of the table in the
model."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from portfolio.service import actions, queries
from portfolio.service.gates import Act, Blocked
from portfolio.service.model import Service, StepNotPossible
from portfolio.service.schemas import (
    ApproveService,
    CharterService,
    GiveReason,
    ServiceView,
)

router = Router("services")

WRITE, APPROVE = "portfolio:service:write", "portfolio:service:approve"
CHARTER, LAUNCH, RETIRE = "portfolio:service:charter", "portfolio:service:launch", "portfolio:service:retire"
REASON = {"reason": "Decided by the portfolio board of March."}
GATED = [StepNotPossible, Blocked]


async def held(service_id: UUID, version: ExpectedVersion, session: Session) -> Service:
    """The service at the expected version; nobody else moves it until this step is committed."""
    await queries.lock(session, service_id)
    return await found(session, Service, service_id, version=version, options=queries.VIEWED)


def reasoned(command: GiveReason, caller: CurrentCaller, now: Now) -> Act:
    return command.act(caller, now)


Held = Annotated[Service, Depends(held)]
Reasoned = Annotated[Act, Depends(reasoned)]


async def shown(session: Session, service: Service) -> ServiceView:
    await session.flush()
    return ServiceView.model_validate(service)


@router.operation(
    "POST", "/services/{service_id}/definition", permission=WRITE, problems=[StepNotPossible], example=REASON
)
async def define_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Record that a proposed service is defined."""
    service.define(act)
    return await shown(session, service)


@router.operation(
    "POST", "/services/{service_id}/analysis", permission=WRITE, problems=[StepNotPossible], example=REASON
)
async def analyze_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Record that a defined service is analyzed."""
    service.analyze(act)
    return await shown(session, service)


@router.operation(
    "POST",
    "/services/{service_id}/approval",
    permission=APPROVE,
    problems=GATED,
    example={**REASON, "business_case": "BC-2026-014"},
)
async def approve_service(
    service: Held, command: ApproveService, session: Session, caller: CurrentCaller, now: Now
) -> ServiceView:
    """Approve an analyzed service, on an approved business case of it or on a waiver."""
    await actions.approve(session, service, command.act(caller, now), business_case=command.business_case)
    return await shown(session, service)


@router.operation(
    "POST",
    "/services/{service_id}/charter",
    permission=CHARTER,
    problems=GATED,
    example={**REASON, "funding": "2026"},
)
async def charter_service(
    service: Held, command: CharterService, session: Session, caller: CurrentCaller, now: Now
) -> ServiceView:
    """Charter an approved service, on an approved investment plan that funds a business case of it or on a waiver."""
    await actions.charter(session, service, command.act(caller, now), funding=command.funding)
    return await shown(session, service)


@router.operation(
    "POST", "/services/{service_id}/development", permission=WRITE, problems=[StepNotPossible], example=REASON
)
async def develop_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Begin the development of a chartered service."""
    service.develop(act)
    return await shown(session, service)


@router.operation("POST", "/services/{service_id}/launch", permission=LAUNCH, problems=GATED, example=REASON)
async def launch_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Launch a developed service into the catalog: it needs an owner, a service level, and all it uses operational."""
    await actions.launch(session, service, act)
    return await shown(session, service)


@router.operation("POST", "/services/{service_id}/hold", permission=WRITE, problems=[StepNotPossible], example=REASON)
async def hold_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Put a service of the pipeline on hold."""
    service.hold(act)
    return await shown(session, service)


@router.operation(
    "POST", "/services/{service_id}/resumption", permission=WRITE, problems=[StepNotPossible], example=REASON
)
async def resume_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Resume a service that is on hold, where it was."""
    service.resume(act)
    return await shown(session, service)


@router.operation(
    "POST", "/services/{service_id}/rejection", permission=APPROVE, problems=[StepNotPossible], example=REASON
)
async def reject_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Reject a service that is not approved; its relations end."""
    await actions.reject(session, service, act)
    return await shown(session, service)


@router.operation(
    "POST", "/services/{service_id}/withdrawal", permission=WRITE, problems=[StepNotPossible], example=REASON
)
async def withdraw_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Withdraw a service of the pipeline; its relations end."""
    await actions.withdraw(session, service, act)
    return await shown(session, service)


@router.operation(
    "POST", "/services/{service_id}/archiving", permission=RETIRE, problems=[StepNotPossible], example=REASON
)
async def archive_service(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Archive a retired service; its code is free again."""
    await actions.archive(session, service, act)
    return await shown(session, service)
