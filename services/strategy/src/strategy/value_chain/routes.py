"""The operations on value chains: from a need, from an objective, from a service, and over many needs."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query
from sqlalchemy import func, select

from chassis.application import Now
from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from strategy.known_service.model import KnownService
from strategy.need.model import Need
from strategy.need.queries import conditions
from strategy.objective.model import Objective
from strategy.value_chain.asked import AskedRange
from strategy.value_chain.gathering import Gathering
from strategy.value_chain.overview import summaries
from strategy.value_chain.reach import Reaching
from strategy.value_chain.schemas import ValueChainSummary, ValueChainView

router = Router("value-chains")

READ = "strategy:value-chain:read"


@router.operation("GET", "/needs/{need_id}/value-chain", permission=READ)
async def get_value_chain_of_need(need_id: UUID, session: Session, within: AskedRange, now: Now) -> ValueChainView:
    """Show which offerings meet a need, what they are made of, cost, recover and promise, and what is being decided."""
    need = await found(session, Need, need_id)
    reach = await Reaching(session, now.date(), within.starts_on).from_need(need)
    return await Gathering(session, within, now).chain(reach)


@router.operation("GET", "/objectives/{objective_id}/value-chain", permission=READ)
async def get_value_chain_of_objective(
    objective_id: UUID, session: Session, within: AskedRange, now: Now
) -> ValueChainView:
    """Show which initiatives, offerings and services serve an objective or one below it, and what they cost."""
    objective = await found(session, Objective, objective_id)
    reach = await Reaching(session, now.date(), within.starts_on).from_objective(objective)
    return await Gathering(session, within, now).chain(reach)


@router.operation("GET", "/known-services/{service_id}/value-chain", permission=READ, problems=[NoSuchResource])
async def get_value_chain_of_service(
    service_id: UUID, session: Session, within: AskedRange, now: Now
) -> ValueChainView:
    """Show which needs and objectives a service serves, by which offerings and initiatives, and at what cost."""
    service = await session.get(KnownService, service_id)
    if service is None:
        raise NoSuchResource(f"No service with the id {service_id} has been announced.")
    reach = await Reaching(session, now.date(), within.starts_on).from_service(service)
    return await Gathering(session, within, now).chain(reach)


@router.operation("GET", "/value-chains", permission=READ)
async def list_value_chains(
    session: Session,
    within: AskedRange,
    asked: AskedPage,
    is_open: Annotated[bool | None, Query(alias="open", description="Open or reopened; false: met or dropped.")] = None,
    customer_id: UUID | None = None,
    segment_id: UUID | None = None,
    market_space_id: UUID | None = None,
    min_importance: Annotated[int | None, Query(ge=1, le=10)] = None,
) -> Page[ValueChainSummary]:
    """List needs with what their launched offerings and services cost and recover, and how much is being decided."""
    exact = {"customer_id": customer_id, "segment_id": segment_id, "market_space_id": market_space_id}
    query = select(Need).filter_by(**{name: value for name, value in exact.items() if value is not None})
    query = query.where(*conditions(is_open=is_open, min_importance=min_importance))
    sorts = {
        "importance": Need.importance,
        "opportunity_score": func.coalesce(Need.opportunity_score, 0),
        "identified_on": Need.identified_on,
    }
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=Need.id))
    return Page[ValueChainSummary](**{**shown, "items": await summaries(session, shown["items"], within)})
