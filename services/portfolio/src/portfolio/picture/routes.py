"""The operations on pictures."""

from typing import Any, cast

from sqlalchemy import select

from chassis.application import Now, Today
from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from portfolio.asked_range import AskedRange
from portfolio.picture import catalog_pictures
from portfolio.picture.funnel import funnel
from portfolio.picture.graph import TooManyNodes, graph
from portfolio.picture.roadmap import roadmap
from portfolio.picture.schemas import Bar, Bubble, Funnel, Graph, HeatRow
from portfolio.service.model import Service
from portfolio.service.queries import IN_CATALOG
from portfolio.service.search import AskedServices
from portfolio.service.terms import Stage
from portfolio.service_level.terms import Window

router = Router("pictures")

READ = "portfolio:picture:read"


async def _catalog(session: Session, search: AskedServices, asked: AskedPage) -> dict[str, Any]:
    query = select(Service).where(Service.status.in_(IN_CATALOG), *search.conditions())
    sorts = {"code": Service.code, "name": Service.name}
    return cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=Service.id))


@router.operation("GET", "/bubble-chart", permission=READ)
async def show_bubble_chart(
    search: AskedServices, within: AskedRange, session: Session, asked: AskedPage, now: Now
) -> Page[Bubble]:
    """Show services of the catalog by what they are worth, what they risk, and what they cost."""
    shown = await _catalog(session, search, asked)
    return Page[Bubble](**{**shown, "items": await catalog_pictures.bubbles(session, shown["items"], within, now)})


@router.operation("GET", "/heat-map", permission=READ)
async def show_heat_map(
    search: AskedServices, within: AskedRange, session: Session, asked: AskedPage, window: Window = Window.MONTH
) -> Page[HeatRow]:
    """Show the health of services of the catalog, window by window."""
    shown = await _catalog(session, search, asked)
    return Page[HeatRow](**{**shown, "items": await catalog_pictures.heat(session, shown["items"], within, window)})


@router.operation("GET", "/pipeline-funnel", permission=READ)
async def show_pipeline_funnel(session: Session, now: Now) -> Funnel:
    """Show how many services stand where in the pipeline, for how long, and what they ask for."""
    return await funnel(session, now)


@router.operation("GET", "/roadmap", permission=READ)
async def show_roadmap(within: AskedRange, session: Session, asked: AskedPage, today: Today) -> Page[Bar]:
    """Show when services come and go, of all that live in a range of days or are planned to."""
    query, begins = roadmap(within, today)
    return await page(session, query, asked, sorts={"begins_on": begins}, tie=Service.id, by_row=True)


@router.operation("GET", "/dependency-graph", permission=READ, problems=[TooManyNodes])
async def show_dependency_graph(search: AskedServices, session: Session, stage: Stage | None = None) -> Graph:
    """Show which services use which, as nodes and edges."""
    return await graph(session, search, stage)
