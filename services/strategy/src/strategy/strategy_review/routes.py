"""The operations on strategy reviews: take, compare, conclude."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NotFound
from strategy.strategy_review.comparison_schemas import ComparisonView
from strategy.strategy_review.explanation import compared
from strategy.strategy_review.model import ActionOverdue, AlreadyConcluded, OwnReview, StrategyReview
from strategy.strategy_review.schemas import ConcludeReview, StrategyReviewSummary, StrategyReviewView, TakeReview
from strategy.strategy_review.taking import taken
from strategy.strategy_review.terms import ReviewStatus

router = Router("strategy-reviews")

READ, WRITE, CONCLUDE = (f"strategy:strategy-review:{verb}" for verb in ("read", "write", "conclude"))
WITHOUT_SNAPSHOT = (defer(StrategyReview.snapshot),)


class NothingBefore(NotFound, code="strategy.strategy-review.nothing-before"):
    """There is no earlier review to compare with."""


@router.operation(
    "POST",
    "/strategy-reviews",
    permission=WRITE,
    status=201,
    example={"name": "Second quarter", "purpose": "Half-year review of the steering committee"},
)
async def take_strategy_review(
    command: TakeReview, session: Session, caller: CurrentCaller, now: Now
) -> StrategyReviewSummary:
    """Take a review: objectives, coverage, market, assets and initiatives are frozen as they are at this moment."""
    review = StrategyReview.take(await taken(session, now), **dict(command), by=caller.subject)
    session.add(review)
    await session.flush()
    return StrategyReviewSummary.model_validate(review)


@router.operation("GET", "/strategy-reviews", permission=READ)
async def list_strategy_reviews(
    session: Session, asked: AskedPage, status: ReviewStatus | None = None
) -> Page[StrategyReviewSummary]:
    """List reviews, without what they froze."""
    query = select(StrategyReview).options(*WITHOUT_SNAPSHOT)
    if status:
        query = query.where(StrategyReview.status == status)
    return await page(session, query, asked, sorts={"taken_at": StrategyReview.taken_at}, tie=StrategyReview.id)


@router.operation("GET", "/strategy-reviews/{review_id}", permission=READ)
async def get_strategy_review(review_id: UUID, session: Session) -> StrategyReviewView:
    """Show a review with what it froze."""
    return StrategyReviewView.model_validate(await found(session, StrategyReview, review_id))


@router.operation("GET", "/strategy-reviews/{review_id}/comparison", permission=READ, problems=[NothingBefore])
async def compare_strategy_review(
    review_id: UUID,
    session: Session,
    other: Annotated[
        UUID | None, Query(alias="with", description="Another review; the one before when left out.")
    ] = None,
) -> ComparisonView:
    """Compare two reviews: what moved, whether that is better, and which facts between them explain it."""
    review = await found(session, StrategyReview, review_id)
    if other:
        return await compared(session, review, await found(session, StrategyReview, other))
    return await compared(session, review, await _before(session, review))


async def _before(session: AsyncSession, review: StrategyReview) -> StrategyReview:
    place: Any = tuple_(StrategyReview.taken_at, StrategyReview.id)
    earlier = select(StrategyReview).where(place < tuple_(literal(review.taken_at), literal(review.id)))
    latest = await session.scalar(earlier.order_by(StrategyReview.taken_at.desc(), StrategyReview.id.desc()).limit(1))
    if latest is None:
        raise NothingBefore(f"{review.name} is the first review.")
    return latest


@router.operation(
    "POST",
    "/strategy-reviews/{review_id}/conclusion",
    permission=CONCLUDE,
    problems=[AlreadyConcluded, OwnReview, ActionOverdue],
    example={
        "conclusions": "Answering taxpayers is on its way; the portal needs its second release.",
        "actions": [{"action": "Fund the second release", "owner": "Head of digital", "due_on": "2027-03-31"}],
    },
)
async def conclude_strategy_review(
    review_id: UUID,
    command: ConcludeReview,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> StrategyReviewSummary:
    """Conclude a review, once, by somebody else than who took it: what was found, and who does what by when."""
    review = await found(session, StrategyReview, review_id, version=version, options=WITHOUT_SNAPSHOT)
    actions = [it.agreed for it in command.actions]
    review.conclude(command.conclusions, actions=actions, by=caller.subject, at=now)
    await session.flush()
    return StrategyReviewSummary.model_validate(review)
