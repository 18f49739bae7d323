"""The operations on coverage: needs × offerings × services, as they are now."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import ColumnElement, select

from chassis.application import Today
from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from strategy.coverage import actions, queries
from strategy.coverage.model import Coverage, CoverageClass, SubjectKind
from strategy.coverage.schemas import CoverageView, CoveredNeed, Orphan, OrphanKind, Overlap, Recount, WhiteSpace
from strategy.known_service.model import KnownService
from strategy.need.model import Need
from strategy.offering.model import Offering
from strategy.segment.queries import members_of

router = Router("coverages")

READ, RECOUNT = "strategy:coverage:read", "strategy:coverage:recount"

Importance = Annotated[int | None, Query(ge=1, le=10)]


@router.operation("GET", "/coverages", permission=READ)
async def list_coverages(
    session: Session,
    asked: AskedPage,
    subject_kind: SubjectKind | None = None,
    subject_id: UUID | None = None,
    coverage_class: CoverageClass | None = None,
) -> Page[CoverageView]:
    """List the class of each need and each service as it was announced last, and since when it is in it."""
    C = Coverage
    exact = {"subject_kind": subject_kind, "subject_id": subject_id, "coverage_class": coverage_class}
    query = select(C).filter_by(**{name: value for name, value in exact.items() if value is not None})
    query = query.where(C.coverage_class.is_not(None))
    return await page(session, query, asked, sorts={"since": C.since}, tie=C.id)


@router.operation("POST", "/coverages/recount", permission=RECOUNT)
async def recount_coverages(session: Session, today: Today) -> Recount:
    """Judge all needs and services again, and announce those whose class is another than was announced last."""
    return Recount(judged=await actions.judge_all(session, on=today))


@router.operation("GET", "/coverage-matrix", permission=READ)
async def list_coverage_matrix(
    session: Session,
    asked: AskedPage,
    need_id: UUID | None = None,
    service_id: UUID | None = None,
    offering_id: UUID | None = None,
    min_importance: Importance = None,
) -> Page[CoveredNeed]:
    """List needs × launched offerings × services; needs that are dropped are left out."""
    asked_for: list[tuple[Any, UUID | None]] = [
        (Need.id, need_id),
        (Offering.id, offering_id),
        (KnownService.id, service_id),
    ]
    conditions: list[ColumnElement[bool]] = [column == id for column, id in asked_for if id is not None]
    if min_importance:
        conditions.append(Need.importance >= min_importance)
    cells = queries.matrix(conditions).c
    sorts = {"place": cells.place, "weight": cells.weight}
    return await page(session, select(*cells), asked, sorts=sorts, tie=cells.place, by_row=True)


@router.operation("GET", "/white-spaces", permission=READ, problems=[NoSuchResource])
async def list_white_spaces(
    session: Session,
    asked: AskedPage,
    today: Today,
    min_importance: Importance = None,
    customer_id: UUID | None = None,
    market_space_id: UUID | None = None,
    segment_id: Annotated[UUID | None, Query(description="Needs of the segment and of its members today.")] = None,
) -> Page[WhiteSpace]:
    """Rank the open needs that no launched offering addresses, the weightiest first."""
    exact = {"customer_id": customer_id, "market_space_id": market_space_id}
    conditions = [getattr(Need, name) == value for name, value in exact.items() if value is not None]
    if min_importance:
        conditions.append(Need.importance >= min_importance)
    if segment_id:
        members = await members_of(session, segment_id, on=today)
        conditions.append((Need.segment_id == segment_id) | Need.customer_id.in_(members))
    found = queries.white_space(conditions).c
    return await page(session, select(*found), asked, sorts={"rank": found.rank}, tie=found.need_id, by_row=True)


@router.operation("GET", "/overlaps", permission=READ)
async def list_overlaps(session: Session, asked: AskedPage, subject_kind: SubjectKind | None = None) -> Page[Overlap]:
    """Rank the needs that several launched offerings address and the services that several are made of."""
    found = queries.overlaps([subject_kind] if subject_kind else list(SubjectKind)).c
    return await page(session, select(*found), asked, sorts={"rank": found.rank}, tie=found.subject_id, by_row=True)


@router.operation("GET", "/orphans", permission=READ)
async def list_orphans(session: Session, asked: AskedPage, kind: OrphanKind | None = None) -> Page[Orphan]:
    """Rank operational services that no launched offering is made of, and offerings that serve no need."""
    found = queries.orphans([kind] if kind else list(OrphanKind)).c
    return await page(session, select(*found), asked, sorts={"rank": found.rank}, tie=found.id, by_row=True)
