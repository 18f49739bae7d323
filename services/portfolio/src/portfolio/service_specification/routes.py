"""Services as TMF633 v4 shows them."""

from collections.abc import Sequence
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, PageRequest, page
from chassis.resources import Body, as_known_to_source
from chassis.text import Code
from portfolio.service.model import Service
from portfolio.service.routes import READ
from portfolio.service.search import AskedPortfolio, PortfolioSearch
from portfolio.service.terms import Status
from portfolio.service_specification import queries
from portfolio.service_specification.tmf633 import ServiceCandidate, ServiceSpecification
from portfolio.service_specification.writing import FIELDS, Surroundings, candidate_body, specification_body
from portfolio.source_statement.model import ResourceKind, SourceStatement

router = Router("service-specifications")

AsSaid = Annotated[
    Code | None,
    Query(description="With the ids and all else that this source said, and that nothing here has changed since."),
]
SORTS = {"code": Service.code, "name": Service.name}


@router.operation("GET", "/service-specifications", permission=READ, response_model_exclude_unset=True)
async def list_service_specifications(
    search: AskedPortfolio, session: Session, asked: AskedPage, as_said_by: AsSaid = None
) -> Page[ServiceSpecification]:
    """List services as service specifications of TMF633: pipeline, catalog and retired, but not what is archived."""
    shown = await _asked(session, search, asked)
    bodies = await _specification_bodies(session, shown["items"], as_said_by)
    return Page[ServiceSpecification].model_validate(shown | {"items": bodies})


@router.operation("GET", "/service-specifications/{service_id}", permission=READ, response_model_exclude_unset=True)
async def get_service_specification(
    service_id: UUID, session: Session, as_said_by: AsSaid = None
) -> ServiceSpecification:
    """Show a service as a service specification of TMF633."""
    (body,) = await _specification_bodies(session, [await found(session, Service, service_id)], as_said_by)
    return ServiceSpecification.model_validate(body)


@router.operation("GET", "/service-candidates", permission=READ, response_model_exclude_unset=True)
async def list_service_candidates(
    search: AskedPortfolio, session: Session, asked: AskedPage, as_said_by: AsSaid = None
) -> Page[ServiceCandidate]:
    """List services with their tags as service candidates of TMF633."""
    shown = await _asked(session, search, asked)
    bodies = await _candidate_bodies(session, shown["items"], as_said_by)
    return Page[ServiceCandidate].model_validate(shown | {"items": bodies})


@router.operation("GET", "/service-candidates/{service_id}", permission=READ, response_model_exclude_unset=True)
async def get_service_candidate(service_id: UUID, session: Session, as_said_by: AsSaid = None) -> ServiceCandidate:
    """Show a service with its tags as a service candidate of TMF633."""
    (body,) = await _candidate_bodies(session, [await found(session, Service, service_id)], as_said_by)
    return ServiceCandidate.model_validate(body)


async def _asked(session: AsyncSession, search: PortfolioSearch, asked: PageRequest) -> dict[str, Any]:
    """Another service may have the code of one that is archived, and a code is what a specification is known by."""
    query = select(Service).where(Service.status != Status.ARCHIVED, *search.standing(Service.status))
    return cast("dict[str, Any]", await page(session, query, asked, sorts=SORTS, tie=Service.id))


async def _specification_bodies(session: AsyncSession, services: Sequence[Service], source: str | None) -> list[Body]:
    around = await queries.surroundings(session, services)
    bodies = [specification_body(service, around) for service in services]
    if source is None:
        return bodies
    told = await queries.statements(session, source, ResourceKind.SERVICE_SPECIFICATION, services)
    pairs = zip(services, bodies, strict=True)
    return [_restored(body, service, told.get(service.id), around) for service, body in pairs]


async def _candidate_bodies(session: AsyncSession, services: Sequence[Service], source: str | None) -> list[Body]:
    bodies = [candidate_body(service) for service in services]
    if source is None:
        return bodies
    told = await queries.statements(session, source, ResourceKind.SERVICE_CANDIDATE, services)
    pairs = zip(services, bodies, strict=True)
    return [_restored(body, service, told.get(service.id)) for service, body in pairs]


def _restored(ours: Body, service: Service, told: SourceStatement | None, around: Surroundings | None = None) -> Body:
    """As the source said it, but for what has changed here since."""
    if told is None:
        return ours
    now: dict[str, Any] = service.said()
    if around:
        now["used"] = sorted(str(used.id) for used in around.uses[service.id])
    changed = {
        field for term in FIELDS if term in told.terms and now.get(term) != told.terms[term] for field in FIELDS[term]
    }
    return as_known_to_source(ours | {"id": told.external_id}, told.body, changed=changed)
