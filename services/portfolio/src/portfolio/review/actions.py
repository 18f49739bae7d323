"""Opening reviews of many services at once, and carrying out what was decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict
from portfolio.days import DayRange
from portfolio.evidence.gathering import gather
from portfolio.retirement_plan.actions import open_plan
from portfolio.review.model import Review
from portfolio.review.schemas import DecideReview, OpenReviews, ReviewCampaignView
from portfolio.review.terms import ReviewStatus, Trigger
from portfolio.review.triggers import Occasion
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.service.terms import Status

MOST_SERVICES, AT_ONCE = 5_000, 500
IS_OPEN = exists().where(Review.service_id == Service.id, Review.status == ReviewStatus.OPEN)


class CampaignTooLarge(Conflict, code="portfolio.review-campaign.too-many-services"):
    """A campaign opens reviews of at most 5,000 services; narrow it."""


@dataclass(frozen=True)
class Opener:
    """Who opens reviews, and when."""

    session: AsyncSession
    by: str
    at: datetime

    async def open(self, service: Service, within: DayRange, trigger: Trigger) -> Review:
        (evidence,) = await gather(self.session, [service], within, self.at)
        review = Review.open(evidence=evidence, trigger=trigger, by=self.by)
        self.session.add(review)
        await self.session.flush()
        return review

    async def open_on(self, occasions: Sequence[tuple[Service, Occasion]], within: DayRange) -> None:
        """Of services of the catalog that have no open review, and had none on the same occasion."""
        evidence = await gather(self.session, [service for service, _ in occasions], within, self.at)
        for known, (_, occasion) in zip(evidence, occasions, strict=True):
            opened = Review.open(evidence=known, trigger=occasion.trigger, by=self.by, occasion=occasion)
            self.session.add(opened)
        await self.session.flush()

    async def open_all(self, asked: OpenReviews) -> ReviewCampaignView:
        """Of the services of the catalog that have no open review, with evidence gathered for 500 at a time."""
        within = DayRange.of(asked.starts_on, asked.ends_on)
        chosen = select(Service).where(Service.status.in_(_statuses(asked)))
        if asked.kind:
            chosen = chosen.where(Service.kind == asked.kind)
        already = await self.session.scalar(select(func.count()).select_from(chosen.where(IS_OPEN).subquery()))
        due = (await self.session.scalars(chosen.where(~IS_OPEN).order_by(Service.id).limit(MOST_SERVICES + 1))).all()
        if len(due) > MOST_SERVICES:
            raise CampaignTooLarge
        recommendations: Counter[str] = Counter()
        for start in range(0, len(due), AT_ONCE):
            evidence = await gather(self.session, due[start : start + AT_ONCE], within, self.at)
            reviews = [Review.open(evidence=each, trigger=Trigger.CALENDAR, by=self.by) for each in evidence]
            self.session.add_all(reviews)
            await self.session.flush()
            recommendations.update(review.recommendation for review in reviews)
        return ReviewCampaignView.model_validate(
            {"opened": len(due), "already_open": already, "recommendations": recommendations}
        )


def _statuses(asked: OpenReviews) -> list[Status]:
    return [Status.OPERATIONAL, Status.RETIRING] if asked.include_retiring else [Status.OPERATIONAL]


async def decide(session: AsyncSession, review: Review, command: DecideReview, *, by: str, at: datetime) -> None:
    """A decision to retire opens a retirement plan in the same transaction."""
    review.decide(
        command.decision,
        reason=command.reason,
        follow_up_on=command.follow_up_on,
        expects=command.expected_effects,
        by=by,
        at=at,
    )
    if command.retirement:
        act = Act(by=by, at=at, reason=command.reason, evidence=f"/v1/reviews/{review.id}")
        notice = command.retirement
        await open_plan(
            session,
            act,
            review.service_id,
            ends_on=notice.retires_on,
            replacement_id=notice.replacement_id,
            review_id=review.id,
        )
    await session.flush()
