"""What callers send and see of needs."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.text import NO_NUL, Day, Line, Schema
from strategy.need.model import Assessment, NeedState

Rating = Annotated[int, Field(ge=1, le=10, strict=True)]
Sentences = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)]


class AssessNeed(Schema):
    importance: Rating
    satisfaction: Rating | None = Field(default=None, description="Null while nobody has assessed it.")

    @property
    def assessment(self) -> Assessment:
        return Assessment(importance=self.importance, satisfaction=self.satisfaction)


class DescribeNeed(Schema):
    statement: Sentences = Field(description="The outcome that is wanted, not a solution.")
    asked_by: Line


class IdentifyNeed(DescribeNeed, AssessNeed):
    customer_id: UUID | None = Field(default=None, description="Whose need it is: this, a segment or a market space.")
    market_space_id: UUID | None = None
    segment_id: UUID | None = None
    identified_on: Day | None = Field(default=None, description="Today when left out.")


class GiveReason(Schema):
    reason: Sentences


class NeedView(Schema):
    id: UUID
    statement: str
    asked_by: str
    identified_on: Day
    customer_id: UUID | None
    market_space_id: UUID | None
    segment_id: UUID | None
    state: NeedState
    state_reason: str
    importance: int
    satisfaction: int | None
    opportunity_score: int | None = Field(
        description="importance + max(importance − satisfaction, 0); null without both."
    )
    assessed_on: Day
    version: int


class NeedAssessmentView(Schema):
    need_id: UUID
    assessed_on: Day
    importance: int
    satisfaction: int | None


class RankedNeedView(Schema):
    """A need as it was assessed on a day or last before it."""

    rank: int = Field(description="1 for the highest score; of equal scores the more important; equals share a rank.")
    need_id: UUID
    statement: str
    asked_by: str
    customer_id: UUID | None
    market_space_id: UUID | None
    segment_id: UUID | None
    importance: int
    satisfaction: int
    opportunity_score: int
    assessed_on: Day
