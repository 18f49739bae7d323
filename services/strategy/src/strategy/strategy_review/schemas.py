"""What callers send and see of strategy reviews."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.text import Day, Instant, Line, Prose, Schema
from strategy.need.schemas import Sentences
from strategy.strategy_review.events import AgreedAction
from strategy.strategy_review.snapshot import ReviewSnapshot
from strategy.strategy_review.terms import ReviewStatus


class TakeReview(Schema):
    name: Line
    purpose: Prose = ""
    notes: Prose = ""


class AgreeAction(Schema):
    action: Sentences
    owner: Line
    due_on: Day

    @property
    def agreed(self) -> AgreedAction:
        return AgreedAction(action=self.action, owner=self.owner, due_on=self.due_on)


class ConcludeReview(Schema):
    conclusions: Annotated[Prose, Field(min_length=1)]
    actions: list[AgreeAction] = Field(default=[], max_length=50)


class AgreedActionView(Schema):
    action: str
    owner: str
    due_on: Day


class StrategyReviewSummary(Schema):
    id: UUID
    name: str
    purpose: str
    notes: str
    taken_at: Instant
    taken_by: str
    status: ReviewStatus
    conclusions: str | None
    actions: list[AgreedActionView]
    concluded_at: Instant | None
    concluded_by: str | None
    version: int


class StrategyReviewView(StrategyReviewSummary):
    snapshot: ReviewSnapshot
