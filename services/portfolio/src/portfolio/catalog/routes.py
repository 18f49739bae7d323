"""The operations that show the catalog and the portfolio as a whole."""

from typing import Annotated, Any, cast

from fastapi import Header, Request, Response
from sqlalchemy import select

from chassis.application import Today
from chassis.extracts import extract
from chassis.ndjson import NDJSON_MEDIA
from chassis.operations import Router, Session
from chassis.pages import AskedPage, page
from portfolio.catalog import queries
from portfolio.catalog.export import CSV_MEDIA, as_csv, as_ndjson
from portfolio.catalog.schemas import CatalogPage, PortfolioSummary
from portfolio.service.model import Service
from portfolio.service.search import AskedServices
from portfolio.service.terms import Status

router = Router("catalog")

READ = "portfolio:catalog:read"


@router.operation("GET", "/catalog", permission=READ)
async def get_catalog(search: AskedServices, session: Session, asked: AskedPage, today: Today) -> CatalogPage:
    """Show the operational services with what they promise and cost, and how those found spread over the facets."""
    conditions = [Service.status == Status.OPERATIONAL, *search.conditions()]
    sorts = {"name": Service.name, "code": Service.code}
    query = select(Service).where(*conditions)
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=Service.id))
    shown["items"] = await queries.entries(session, shown["items"], today)
    return CatalogPage(**shown, facets=await queries.facets(session, conditions))


@router.operation(
    "GET",
    "/catalog-extract",
    permission=READ,
    produces=[CSV_MEDIA, NDJSON_MEDIA],
    response_class=Response,
    response_model=None,
)
async def extract_catalog(
    request: Request,
    search: AskedServices,
    today: Today,
    accept: Annotated[str, Header(max_length=1_000)] = CSV_MEDIA,
) -> Response:
    """Extract the catalog, all of it or what a search finds, as CSV or, where Accept says so, as NDJSON."""
    conditions = [Service.status == Status.OPERATIONAL, *search.conditions()]
    if NDJSON_MEDIA in accept.lower():
        return extract(request, as_ndjson(conditions, today), NDJSON_MEDIA)
    return extract(request, as_csv(conditions, today), CSV_MEDIA)


@router.operation("GET", "/portfolio-summary", permission="portfolio:service:read")
async def get_portfolio_summary(session: Session) -> PortfolioSummary:
    """Count the services of the portfolio by stage and status."""
    return await queries.summary(session)
