"""The operations on needs."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import func, select

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Day, Line
from strategy.coverage.actions import judge
from strategy.customer.model import Merged
from strategy.customer.queries import living
from strategy.holding import held
from strategy.market_space.model import MarketSpace
from strategy.need import queries
from strategy.need.model import InTheFuture, Need, NeedAssessment, NeedState, NotClosed, NotOneBeneficiary, NotOpen
from strategy.need.schemas import (
    AssessNeed,
    DescribeNeed,
    GiveReason,
    IdentifyNeed,
    NeedAssessmentView,
    NeedView,
    RankedNeedView,
)
from strategy.segment.model import Segment
from strategy.segment.queries import members_of

router = Router("needs")

READ, WRITE, ASSESS, CLOSE = (f"strategy:need:{verb}" for verb in ("read", "write", "assess", "close"))
DESCRIPTION = {"statement": "Taxpayers get an answer within a day", "asked_by": "Head of taxpayer services"}
ASSESSMENT = {"importance": 9, "satisfaction": 4}
SOME_ID = "01928f6e-5a00-7000-8000-000000000000"

Score = Annotated[int | None, Query(ge=1, le=19)]


@router.operation(
    "POST",
    "/needs",
    permission=WRITE,
    problems=[NotOneBeneficiary, InTheFuture, Merged],
    status=201,
    example={**DESCRIPTION, **ASSESSMENT, "customer_id": SOME_ID},
)
async def identify_need(command: IdentifyNeed, session: Session, today: Today) -> NeedView:
    """State a need of a customer, a segment or a market space, with its first assessment."""
    if command.customer_id:
        await living(session, command.customer_id)
    if command.market_space_id:
        await found(session, MarketSpace, command.market_space_id)
    if command.segment_id:
        await found(session, Segment, command.segment_id)
    on = command.identified_on or today
    need = Need.identify(
        statement=command.statement,
        asked_by=command.asked_by,
        on=on,
        today=today,
        customer_id=command.customer_id,
        market_space_id=command.market_space_id,
        segment_id=command.segment_id,
        assessment=command.assessment,
    )
    session.add(need)
    await session.flush()
    session.add(need.assessed(command.assessment, on=on))
    await judge(session, on=today, needs=[need.id])
    return NeedView.model_validate(need)


@router.operation("GET", "/needs", permission=READ)
async def list_needs(
    session: Session,
    asked: AskedPage,
    is_open: Annotated[bool | None, Query(alias="open", description="Open or reopened; false: met or dropped.")] = None,
    state: NeedState | None = None,
    customer_id: UUID | None = None,
    market_space_id: UUID | None = None,
    segment_id: UUID | None = None,
    asked_by: Line | None = None,
    assessed: Annotated[bool | None, Query(description="Whether the satisfaction has been assessed.")] = None,
    served: Annotated[bool | None, Query(description="Whether a launched offering addresses it.")] = None,
    min_importance: Score = None,
    min_opportunity: Score = None,
) -> Page[NeedView]:
    """List needs. Sorted by opportunity, those without a score come below the lowest."""
    exact = {
        "state": state,
        "customer_id": customer_id,
        "market_space_id": market_space_id,
        "segment_id": segment_id,
        "asked_by": asked_by,
    }
    query = select(Need).filter_by(**{name: value for name, value in exact.items() if value is not None})
    query = query.where(
        *queries.conditions(
            is_open=is_open,
            assessed=assessed,
            served=served,
            min_importance=min_importance,
            min_opportunity=min_opportunity,
        )
    )
    sorts = {
        "identified_on": Need.identified_on,
        "importance": Need.importance,
        "opportunity_score": func.coalesce(Need.opportunity_score, 0),
    }
    return await page(session, query, asked, sorts=sorts, tie=Need.id)


@router.operation("GET", "/need-ranking", permission=READ, problems=[NoSuchResource])
async def rank_needs(
    session: Session,
    asked: AskedPage,
    today: Today,
    as_of: Annotated[Day | None, Query(description="Today when left out.")] = None,
    segment_id: Annotated[
        UUID | None, Query(description="Needs of the segment and of its members on that day.")
    ] = None,
    customer_id: UUID | None = None,
    market_space_id: UUID | None = None,
    is_open: Annotated[bool | None, Query(alias="open", description="As they are now: open or reopened.")] = None,
) -> Page[RankedNeedView]:
    """Rank needs by opportunity as they were assessed on a day or last before it; those never assessed are left out."""
    on = as_of or today
    conditions = queries.conditions(is_open=is_open)
    exact = {"customer_id": customer_id, "market_space_id": market_space_id}
    conditions += [getattr(Need, name) == value for name, value in exact.items() if value is not None]
    if segment_id:
        members = await members_of(session, segment_id, on=on)
        conditions.append((Need.segment_id == segment_id) | Need.customer_id.in_(members))
    ranked = queries.ranking(on, conditions).subquery().c
    sorts = {"rank": ranked.rank, "assessed_on": ranked.assessed_on}
    return await page(session, select(*ranked), asked, sorts=sorts, tie=ranked.need_id, by_row=True)


@router.operation("GET", "/needs/{need_id}", permission=READ)
async def get_need(need_id: UUID, session: Session) -> NeedView:
    """Show a need."""
    return NeedView.model_validate(await found(session, Need, need_id))


@router.operation("PUT", "/needs/{need_id}", permission=WRITE, example=DESCRIPTION)
async def describe_need(need_id: UUID, command: DescribeNeed, version: ExpectedVersion, session: Session) -> NeedView:
    """Change the statement of a need, or who asked for it."""
    need = await found(session, Need, need_id, version=version)
    need.describe(**dict(command))
    await session.flush()
    return NeedView.model_validate(need)


@router.operation(
    "PUT", "/needs/{need_id}/assessments/{assessed_on}", permission=ASSESS, problems=[InTheFuture], example=ASSESSMENT
)
async def assess_need(need_id: UUID, assessed_on: Day, command: AssessNeed, session: Session, today: Today) -> NeedView:
    """Assess a need as of a day; the assessment of the latest day is the current one."""
    need = await held(session, Need, need_id)
    await session.merge(need.assess(command.assessment, on=assessed_on, today=today))
    await session.flush()
    return NeedView.model_validate(need)


@router.operation("GET", "/needs/{need_id}/assessments", permission=READ)
async def list_assessments_of_need(need_id: UUID, session: Session, asked: AskedPage) -> Page[NeedAssessmentView]:
    """List how a need was assessed over time."""
    await found(session, Need, need_id)
    query = select(NeedAssessment).where(NeedAssessment.need_id == need_id)
    sorts = {"assessed_on": NeedAssessment.assessed_on}
    return await page(session, query, asked, sorts=sorts, tie=NeedAssessment.need_id)


@router.operation(
    "POST",
    "/needs/{need_id}/fulfilment",
    permission=CLOSE,
    problems=[NotOpen],
    example={"reason": "Solved by a change of the process."},
)
async def meet_need(
    need_id: UUID, command: GiveReason, version: ExpectedVersion, session: Session, today: Today
) -> NeedView:
    """State that a need is met. Launching an offering meets the needs that it addresses."""
    need = await found(session, Need, need_id, version=version)
    need.meet(reason=command.reason)
    await judge(session, on=today, needs=[need.id])
    return NeedView.model_validate(need)


@router.operation(
    "POST",
    "/needs/{need_id}/withdrawal",
    permission=CLOSE,
    problems=[NotOpen],
    example={"reason": "The customer no longer asks for it."},
)
async def drop_need(
    need_id: UUID, command: GiveReason, version: ExpectedVersion, session: Session, today: Today
) -> NeedView:
    """Drop a need that nobody has any more."""
    need = await found(session, Need, need_id, version=version)
    need.drop(reason=command.reason)
    await judge(session, on=today, needs=[need.id])
    return NeedView.model_validate(need)


@router.operation(
    "POST",
    "/needs/{need_id}/reopening",
    permission=CLOSE,
    problems=[NotClosed],
    example={"reason": "Customers report long waiting times again."},
)
async def reopen_need(
    need_id: UUID, command: GiveReason, version: ExpectedVersion, session: Session, today: Today
) -> NeedView:
    """Reopen a need that was met or dropped."""
    need = await found(session, Need, need_id, version=version)
    need.reopen(reason=command.reason)
    await judge(session, on=today, needs=[need.id])
    return NeedView.model_validate(need)
