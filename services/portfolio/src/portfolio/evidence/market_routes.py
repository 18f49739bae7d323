"""The operations on what strategy says of demand, of coverage and of capacity."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Day
from portfolio.evidence.kept import KnownCapacity, KnownCoverage, KnownDemand
from portfolio.evidence.market_schemas import KnownCapacityView, KnownCoverageView, KnownDemandView

router = Router("market-evidence")

READ = "portfolio:evidence:read"


@router.operation("GET", "/known-demands", permission=READ)
async def list_known_demands(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    need_id: UUID | None = None,
    customer_id: UUID | None = None,
) -> Page[KnownDemandView]:
    """List demand as strategy counted and expects it, by the latest forecast of each pattern."""
    exact = {"service_id": service_id, "need_id": need_id, "customer_id": customer_id}
    query = select(KnownDemand).filter_by(**{name: value for name, value in exact.items() if value is not None})
    sorts = {"code": KnownDemand.code, "made_on": KnownDemand.made_on}
    return await page(session, query, asked, sorts=sorts, tie=KnownDemand.id)


@router.operation("GET", "/known-coverages", permission=READ)
async def list_known_coverages(
    session: Session,
    asked: AskedPage,
    subject_id: UUID | None = None,
    subject_kind: Code | None = None,
    coverage_class: Annotated[Code | None, Query(description="Such as white_space, overlap or orphan.")] = None,
) -> Page[KnownCoverageView]:
    """List which needs and services strategy found to be served, by several offerings, or by none."""
    exact = {"id": subject_id, "subject_kind": subject_kind, "coverage_class": coverage_class}
    query = select(KnownCoverage).filter_by(**{name: value for name, value in exact.items() if value is not None})
    sorts = {"weight": KnownCoverage.weight, "changed_on": KnownCoverage.changed_on}
    return await page(session, query, asked, sorts=sorts, tie=KnownCoverage.id)


@router.operation("GET", "/known-capacities", permission=READ)
async def list_known_capacities(
    session: Session,
    asked: AskedPage,
    asset_id: UUID | None = None,
    code: Annotated[Code | None, Query(description="Of the asset.")] = None,
    starting_from: Annotated[Day | None, Query(description="Months that begin on this day or later.")] = None,
    starting_before: Annotated[Day | None, Query(description="Months that begin before this day.")] = None,
) -> Page[KnownCapacityView]:
    """List how much of each asset strategy says there is, and is used, month by month."""
    K = KnownCapacity
    exact = {"asset_id": asset_id, "code": code}
    query = select(K).filter_by(**{name: value for name, value in exact.items() if value is not None})
    if starting_from:
        query = query.where(K.starts_on >= starting_from)
    if starting_before:
        query = query.where(K.starts_on < starting_before)
    return await page(session, query, asked, sorts={"starts_on": K.starts_on}, tie=K.asset_id)
