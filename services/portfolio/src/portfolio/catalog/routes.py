"""The operations that show the catalog and the portfolio as a whole."""

from typing import Any, cast

from sqlalchemy import select

from chassis.operations import Router, Session
from chassis.pages import AskedPage, page
from portfolio.catalog import queries
from portfolio.catalog.schemas import CatalogEntry, CatalogPage, PortfolioSummary
from portfolio.service.model import Service
from portfolio.service.search import AskedServices
from portfolio.service.terms import Status
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.schemas import ServiceLevelView

router = Router("catalog")


@router.operation("GET", "/catalog", permission="portfolio:catalog:read")
async def get_catalog(search: AskedServices, session: Session, asked: AskedPage) -> CatalogPage:
    """Show the operational services with what they promise, and how the services found spread over the facets."""
    conditions = [Service.status == Status.OPERATIONAL, *search.conditions()]
    sorts = {"name": Service.name, "code": Service.code}
    query = select(Service).where(*conditions)
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=Service.id))
    levels = await queries.service_levels(session, [service.id for service in shown["items"]])
    shown["items"] = [entry(service, levels[service.id]) for service in shown["items"]]
    return CatalogPage(**shown, facets=await queries.facets(session, conditions))


def entry(service: Service, levels: list[ServiceLevel]) -> CatalogEntry:
    return CatalogEntry(
        service_id=service.id,
        code=service.code,
        name=service.name,
        kind=service.kind,
        description=service.description,
        owner=service.owner,
        criticality=service.criticality,
        market_space_ids=service.market_space_ids,
        tags=service.tags,
        launched_on=service.launched_on,
        service_levels=[ServiceLevelView.model_validate(level) for level in levels],
    )


@router.operation("GET", "/portfolio-summary", permission="portfolio:service:read")
async def get_portfolio_summary(session: Session) -> PortfolioSummary:
    """Count the services of the portfolio by stage and status."""
    return await queries.summary(session)
