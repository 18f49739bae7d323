"""What the portfolio announces about reviews."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from portfolio.review.terms import Recommendation, Trigger


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
