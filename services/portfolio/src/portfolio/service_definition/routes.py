"""The operations on definitions of services: drafted, changed, activated, kept."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import Integer, func

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from portfolio.service import queries as services
from portfolio.service.model import Archived, Service
from portfolio.service.schemas import DescribeService, GiveReason
from portfolio.service_definition import queries
from portfolio.service_definition.model import DefinitionStatus, NotADraft, Outdated, ServiceDefinition
from portfolio.service_definition.schemas import DraftServiceDefinition, ServiceDefinitionView

router = Router("service-definitions")

READ, WRITE, APPROVE = "portfolio:service:read", "portfolio:service:write", "portfolio:service:approve"
DESCRIPTION = {"name": "Managed mail", "kind": "customer_facing", "owner": "Head of workplace", "criticality": "high"}
LAST = 2**31 - 1  # drafts follow those that have a number


@router.operation(
    "POST",
    "/service-definitions",
    permission=WRITE,
    status=201,
    example={**DESCRIPTION, "service_id": "0198c0de-0000-7000-8000-000000000001"},
)
async def draft_service_definition(
    command: DraftServiceDefinition, session: Session, caller: CurrentCaller, now: Now
) -> ServiceDefinitionView:
    """Draft another definition of a service; the active one holds until the draft is activated."""
    service = await found(session, Service, command.service_id)
    based_on, by = service.definition_number, caller.subject
    draft = ServiceDefinition.draft(based_on=based_on, at=now, by=by, **dict(command))
    session.add(draft)
    return await queries.viewed(session, draft.id)


@router.operation("GET", "/service-definitions", permission=READ)
async def list_service_definitions(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    status: Annotated[DefinitionStatus | None, Query()] = None,
) -> Page[ServiceDefinitionView]:
    """List definitions of services in the order in which they became active, drafts last."""
    query = queries.shown()
    if service_id:
        query = query.where(ServiceDefinition.service_id == service_id)
    if status:
        query = query.where(queries.IS[status])
    sorts = {"number": func.coalesce(ServiceDefinition.number, LAST, type_=Integer)}
    listed = await page(session, query, asked, sorts=sorts, tie=ServiceDefinition.id, by_row=True)
    shown = cast("dict[str, Any]", listed)
    return Page[ServiceDefinitionView].model_validate({**shown, "items": [queries.view(it) for it in shown["items"]]})


@router.operation("GET", "/service-definitions/{service_definition_id}", permission=READ)
async def get_service_definition(service_definition_id: UUID, session: Session) -> ServiceDefinitionView:
    """Show a definition of a service."""
    return await queries.viewed(session, service_definition_id)


@router.operation(
    "PUT",
    "/service-definitions/{service_definition_id}",
    permission=WRITE,
    problems=[NotADraft],
    example=DESCRIPTION,
)
async def change_service_definition(
    service_definition_id: UUID,
    command: DescribeService,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ServiceDefinitionView:
    """Change a draft; from now on it is to supersede the definition that is active at this moment."""
    draft = await found(session, ServiceDefinition, service_definition_id, version=version)
    service = await found(session, Service, draft.service_id)
    draft.redraft(based_on=service.definition_number, at=now, by=caller.subject, **dict(command))
    return await queries.viewed(session, draft.id)


@router.operation(
    "POST",
    "/service-definitions/{service_definition_id}/activation",
    permission=APPROVE,
    problems=[NotADraft, Outdated, Archived],
    example={"reason": "Agreed with the service owner."},
)
async def activate_service_definition(
    service_definition_id: UUID,
    command: GiveReason,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ServiceDefinitionView:
    """Activate a draft: it supersedes the definition that was active, and holds from now on."""
    draft = await found(session, ServiceDefinition, service_definition_id)
    await services.lock(session, draft.service_id)
    await session.refresh(draft)
    draft = await found(session, ServiceDefinition, service_definition_id, version=version)
    service = await found(session, Service, draft.service_id)
    service.adopt(command.act(caller, now), draft)
    return await queries.viewed(session, draft.id)


@router.operation(
    "DELETE",
    "/service-definitions/{service_definition_id}",
    permission=WRITE,
    problems=[NotADraft],
    status=204,
)
async def discard_service_definition(
    service_definition_id: UUID, version: ExpectedVersion, session: Session
) -> Response:
    """Discard a draft; what is or was active stays for ever."""
    draft = await found(session, ServiceDefinition, service_definition_id, version=version)
    draft.still_a_draft()
    await session.delete(draft)
    return Response(status_code=204)
