"""What the strategy service announces about strategy reviews."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.events import Event


class AgreedAction(BaseModel):
    action: str
    owner: str
    due_on: date


class StrategyReviewed(Event, type="strategy.strategy-reviewed.v1"):
    """A strategy review was concluded: what was found, and who does what by when, at most 50 of these."""

    strategy_review_id: UUID
    name: str
    taken_on: date
    concluded_on: date
    conclusions: str
    actions: list[AgreedAction]
