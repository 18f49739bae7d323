"""What the portfolio announces about reviews."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from portfolio.review.terms import Recommendation


class ServiceReviewed(Event, type="portfolio.service-reviewed.v1"):
    """A review was decided; its effect is looked at again on `follow_up_on`."""

    review_id: UUID
    service_id: UUID
    decision: Recommendation
    reason: str
    decided_on: date
    follow_up_on: date | None
