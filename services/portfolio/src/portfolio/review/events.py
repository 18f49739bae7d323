"""What the portfolio announces about reviews."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.events import Event
from chassis.money import Amount, Currency, NonNegativeAmount
from portfolio.review.terms import EffectOutcome, Measure, Recommendation, Trigger


class ReviewOpened(Event, type="portfolio.review-opened.v1"):
    """A review waits for its decision; `recommendation` is what the rules favor by the evidence it has frozen."""

    review_id: UUID
    service_id: UUID
    trigger: Trigger
    recommendation: Recommendation
    opened_on: date


class ServiceReviewed(Event, type="portfolio.service-reviewed.v1"):
    """A review was decided; its effect is looked at again on `follow_up_on`."""

    review_id: UUID
    service_id: UUID
    decision: Recommendation
    reason: str
    decided_on: date
    follow_up_on: date | None


class FollowedUpEffect(BaseModel):
    """What a measure was on the evidence of the review, what was expected of it, and what it was since."""

    measure: Measure
    currency: Currency | None
    before: Amount | None
    expected: NonNegativeAmount
    measured: Amount | None
    outcome: EffectOutcome


class ReviewFollowedUp(Event, type="portfolio.review-followed-up.v1"):
    """The effect of a decision was measured; `retired_on` if the service has retired since."""

    review_id: UUID
    service_id: UUID
    decision: Recommendation
    starts_on: date
    ends_on: date
    retired_on: date | None
    effects: list[FollowedUpEffect]
