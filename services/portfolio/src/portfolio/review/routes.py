"""The operations on reviews, review campaigns and recommendations."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.orm import defer

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Day
from portfolio.days import DayRange
from portfolio.retirement_plan.model import NoticeTooLate, OwnReplacement, ReplacementGoes
from portfolio.review import actions
from portfolio.review.effect import CurrencyDiffers
from portfolio.review.follow_up import measure, to_follow_up
from portfolio.review.model import (
    AlreadyDecided,
    AlreadyFollowedUp,
    AlreadyOpen,
    DecidedToday,
    FollowUpNotAhead,
    NotDecided,
    NotInCatalog,
    OwnReview,
    Review,
)
from portfolio.review.schemas import (
    DecideReview,
    OpenReview,
    OpenReviews,
    RecommendationView,
    ReviewCampaignView,
    ReviewSummary,
    ReviewView,
)
from portfolio.review.terms import Recommendation, ReviewStatus, Trigger
from portfolio.service.model import Service, StepNotPossible

router = Router("reviews")

READ, WRITE, DECIDE = (f"portfolio:review:{verb}" for verb in ("read", "write", "decide"))
YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}


@router.operation(
    "POST",
    "/reviews",
    permission=WRITE,
    problems=[NotInCatalog, AlreadyOpen],
    status=201,
    example={**YEAR, "service_id": "0198c0de-0000-7000-8000-000000000001"},
)
async def open_review(command: OpenReview, session: Session, caller: CurrentCaller, now: Now) -> ReviewView:
    """Open a review of a service: its evidence is frozen, and the rules recommend what to do."""
    within = DayRange.of(command.starts_on, command.ends_on)
    service = await found(session, Service, command.service_id)
    opener = actions.Opener(session, caller.subject, now)
    return ReviewView.model_validate(await opener.open(service, within, command.trigger))


@router.operation(
    "POST",
    "/review-campaigns",
    permission=WRITE,
    problems=[AlreadyOpen, actions.CampaignTooLarge],
    status=201,
    example=YEAR,
)
async def open_reviews(command: OpenReviews, session: Session, caller: CurrentCaller, now: Now) -> ReviewCampaignView:
    """Open a review of each service of the catalog that has none open."""
    return await actions.Opener(session, caller.subject, now).open_all(command)


@router.operation("GET", "/reviews", permission=READ)
async def list_reviews(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    status: ReviewStatus | None = None,
    recommendation: Recommendation | None = None,
    trigger: Trigger | None = None,
    follow_up_due_by: Annotated[
        Day | None, Query(description="Those whose effect is to be measured on this day or before, and was not yet.")
    ] = None,
) -> Page[ReviewSummary]:
    """List reviews, without their evidence."""
    wanted = {"service_id": service_id, "status": status, "recommendation": recommendation, "trigger": trigger}
    query = select(Review).filter_by(**{name: value for name, value in wanted.items() if value is not None})
    if follow_up_due_by:
        query = query.where(*to_follow_up(follow_up_due_by))
    query = query.options(defer(Review.evidence), defer(Review.follow_up))
    return await page(session, query, asked, sorts={"opened_at": Review.opened_at}, tie=Review.id)


@router.operation("GET", "/reviews/{review_id}", permission=READ)
async def get_review(review_id: UUID, session: Session) -> ReviewView:
    """Show a review with the evidence as it was when the review was opened."""
    return ReviewView.model_validate(await found(session, Review, review_id))


@router.operation(
    "POST",
    "/reviews/{review_id}/decision",
    permission=DECIDE,
    problems=[
        AlreadyDecided,
        OwnReview,
        FollowUpNotAhead,
        CurrencyDiffers,
        StepNotPossible,
        NoticeTooLate,
        OwnReplacement,
        ReplacementGoes,
    ],
    example={
        "decision": "remediate",
        "reason": "The service level was missed twice; the team gets a second site.",
        "follow_up_on": "2027-04-01",
        "expected_effects": [{"measure": "health", "expected": "0.95"}],
    },
)
async def decide_review(
    review_id: UUID,
    command: DecideReview,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ReviewView:
    """Decide a review, once, by somebody else than who opened it; deciding to retire opens a retirement plan."""
    review = await found(session, Review, review_id, version=version)
    await actions.decide(session, review, command, by=caller.subject, at=now)
    return ReviewView.model_validate(review)


@router.operation(
    "POST",
    "/reviews/{review_id}/follow-up",
    permission=WRITE,
    problems=[NotDecided, DecidedToday, AlreadyFollowedUp],
)
async def follow_up_review(
    review_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> ReviewView:
    """Measure at once, and for good, what came of a decision; on its follow-up day the worker does so by itself."""
    review = await found(session, Review, review_id, version=version)
    service = await found(session, Service, review.service_id)
    await measure(session, [(review, service)], by=caller.subject, at=now)
    return ReviewView.model_validate(review)


@router.operation("GET", "/recommendations", permission=READ)
async def list_recommendations(
    session: Session, asked: AskedPage, recommendation: Recommendation | None = None, service_id: UUID | None = None
) -> Page[RecommendationView]:
    """List what the open reviews recommend, service by service."""
    query = (
        select(
            Service.code,
            Service.name,
            Review.id.label("review_id"),
            Review.service_id,
            Review.recommendation,
            Review.findings,
            Review.trigger,
            Review.cause,
            Review.starts_on,
            Review.ends_on,
            Review.opened_at,
        )
        .join_from(Review, Service)
        .where(Review.status == ReviewStatus.OPEN)
    )
    if recommendation:
        query = query.where(Review.recommendation == recommendation)
    if service_id:
        query = query.where(Review.service_id == service_id)
    sorts = {"code": Service.code, "opened_at": Review.opened_at}
    return await page(session, query, asked, sorts=sorts, tie=Review.id, by_row=True)
