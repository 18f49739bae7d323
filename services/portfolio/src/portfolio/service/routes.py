"""The operations on services, but for those that move them through their life."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from portfolio.service import queries
from portfolio.service.gates import Act
from portfolio.service.history import Transition
from portfolio.service.model import CodeTaken, ExternalIdTaken, Service
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
    given = dict(command)
    names, act = given.pop("external_ids"), Act(by=caller.subject, at=now, reason=given.pop("reason"))
    service = Service.propose(act, **given)
    service.know_as((name.source, name.external_id) for name in names)
    session.add(service)
    await session.flush()
    return ServiceView.model_validate(service)


@router.operation("GET", "/services", permission=READ)
async def list_services(
    search: AskedPortfolio, session: Session, asked: AskedPage, as_of: AsOf | None = None
) -> Page[ServiceView]:
    """List services, with stage and status of today or of an earlier day or instant."""
    query, status = queries.standing(last_moment(as_of))
    query = query.where(*search.standing(status))
    sorts = {"code": Service.code, "name": Service.name}
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=Service.id, by_row=True))
    shown["items"] = [ServiceView.standing(service, status) for service, status, *_ in shown["items"]]
    return Page[ServiceView].model_validate(shown)


@router.operation("GET", "/services/{service_id}", permission=READ)
async def get_service(service_id: UUID, session: Session, as_of: AsOf | None = None) -> ServiceView:
    """Show a service, with stage and status of today or of an earlier day or instant."""
    query, _ = queries.standing(last_moment(as_of))
    row = (await session.execute(query.where(Service.id == service_id))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no Service with the id {service_id}{', or was none then' if as_of else ''}.")
    service, status = row
    return ServiceView.standing(service, status)


@router.operation("PUT", "/services/{service_id}", permission=WRITE, example=DESCRIPTION)
async def describe_service(
    service_id: UUID, command: DescribeService, version: ExpectedVersion, session: Session
) -> ServiceView:
    """Change what is said about a service."""
    service = await found(session, Service, service_id, version=version, options=queries.VIEWED)
    service.describe(**dict(command))
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
