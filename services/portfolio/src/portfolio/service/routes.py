"""The operations on services, but for those that move them through their life."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from portfolio.service import actions, queries
from portfolio.service.gates import Act
from portfolio.service.history import Transition
from portfolio.service.model import Archived, CodeTaken, ExternalIdTaken, Service
from portfolio.service.schemas import (
    AsOf,
    DescribeService,
    IdentifyService,
    ProposeService,
    ServiceView,
    TransitionView,
    last_moment,
)
from portfolio.service.search import AskedPortfolio
from portfolio.service_definition.model import ServiceDefinition

router = Router("services")

READ, WRITE = "portfolio:service:read", "portfolio:service:write"
DESCRIPTION = {"name": "Managed mail", "kind": "customer_facing", "owner": "Head of workplace", "criticality": "high"}


@router.operation(
    "POST",
    "/services",
    permission=WRITE,
    problems=[CodeTaken, ExternalIdTaken],
    status=201,
    example={**DESCRIPTION, "code": "mail", "requested_budget": {"amount": "250000.00", "currency": "CAD"}},
)
async def propose_service(command: ProposeService, session: Session, caller: CurrentCaller, now: Now) -> ServiceView:
    """Propose a service: it enters the pipeline."""
    return ServiceView.model_validate(await actions.propose(session, command, by=caller.subject, at=now))


@router.operation("GET", "/services", permission=READ)
async def list_services(
    search: AskedPortfolio, session: Session, asked: AskedPage, as_of: AsOf | None = None
) -> Page[ServiceView]:
    """List services as they are today, or with stage, status and definition of an earlier day or instant."""
    if (instant := last_moment(as_of)) is None:
        query = select(Service).where(*search.standing(Service.status)).options(*queries.VIEWED)
        sorts = {"code": Service.code, "name": Service.name}
        return await page(session, query, asked, sorts=sorts, tie=Service.id)
    then, status = queries.standing(instant)
    then = then.where(*search.standing(status, ServiceDefinition))
    sorts = {"code": Service.code, "name": ServiceDefinition.name}
    shown = cast("dict[str, Any]", await page(session, then, asked, sorts=sorts, tie=Service.id, by_row=True))
    shown["items"] = [ServiceView.standing(*row[:3]) for row in shown["items"]]
    return Page[ServiceView].model_validate(shown)


@router.operation("GET", "/services/{service_id}", permission=READ)
async def get_service(service_id: UUID, session: Session, as_of: AsOf | None = None) -> ServiceView:
    """Show a service as it is today, or with stage, status and definition of an earlier day or instant."""
    if (instant := last_moment(as_of)) is None:
        return ServiceView.model_validate(await found(session, Service, service_id, options=queries.VIEWED))
    query, _ = queries.standing(instant)
    row = (await session.execute(query.where(Service.id == service_id))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no Service with the id {service_id}, or was none then.")
    return ServiceView.standing(*row)


@router.operation("PUT", "/services/{service_id}", permission=WRITE, problems=[Archived], example=DESCRIPTION)
async def describe_service(
    service_id: UUID,
    command: DescribeService,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ServiceView:
    """Change what is said about a service: at once, as a new active definition of it."""
    service = await found(session, Service, service_id, version=version, options=queries.VIEWED)
    service.describe(Act(by=caller.subject, at=now, reason="Described anew"), **dict(command))
    await session.flush()
    return ServiceView.model_validate(service)


@router.operation(
    "PUT",
    "/services/{service_id}/external-ids",
    permission=WRITE,
    problems=[ExternalIdTaken],
    example={"external_ids": [{"source": "cmdb", "external_id": "CI-1041"}]},
)
async def identify_service(
    service_id: UUID, command: IdentifyService, version: ExpectedVersion, session: Session
) -> ServiceView:
    """Say by which ids other systems know a service."""
    service = await found(session, Service, service_id, version=version, options=queries.VIEWED)
    service.know_as((name.source, name.external_id) for name in command.external_ids)
    await session.flush()
    return ServiceView.model_validate(service)


@router.operation("GET", "/services/{service_id}/history", permission=READ)
async def list_service_history(service_id: UUID, session: Session, asked: AskedPage) -> Page[TransitionView]:
    """List the steps that a service has taken, each with who, when, why and on which evidence."""
    await found(session, Service, service_id)
    query = select(Transition).where(Transition.service_id == service_id)
    return await page(session, query, asked, sorts={"at": Transition.at}, tie=Transition.id)
