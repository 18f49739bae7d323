"""What callers send and see of reviews."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.text import Day, Schema
from portfolio.evidence.schemas import Evidence
from portfolio.review.effect import ExpectedEffect, ExpectEffect, FollowUp
from portfolio.review.recommendation import Finding
from portfolio.review.terms import Measure, Recommendation, ReviewStatus, Trigger
from portfolio.review.triggers import TriggerCause
from portfolio.service.schemas import Reason
from portfolio.service.terms import Kind


class AskedReview(Schema):
    starts_on: Day = Field(description="The first day of the evidence.")
    ends_on: Day = Field(description="The first day after it.")


class OpenReview(AskedReview):
    service_id: UUID
    trigger: Trigger = Trigger.PERSON


class OpenReviews(AskedReview):
    kind: Kind | None = Field(default=None, description="Only services of this kind.")
    include_retiring: bool = Field(default=False, description="Also services whose notice is running.")


class RetirementNotice(Schema):
    retires_on: Day = Field(description="The first day without the service.")
    replacement_id: UUID | None = None


class DecideReview(Schema):
    decision: Recommendation
    reason: Reason
    follow_up_on: Day | None = Field(default=None, description="When the effect is looked at.")
    expected_effects: list[ExpectEffect] = Field(
        default=[], max_length=len(Measure), description="What it is to bring, measured on the day of the follow-up."
    )
    retirement: RetirementNotice | None = Field(
        default=None, description="The notice that the service is given; needed to retire it, and only then."
    )

    @model_validator(mode="after")
    def _gives_notice_to_retire(self) -> Self:
        if (self.decision is Recommendation.RETIRE) != (self.retirement is not None):
            raise ValueError("a decision to retire, and only that, says from which day on")
        return self

    @model_validator(mode="after")
    def _measures_what_it_expects(self) -> Self:
        measures = [effect.measure for effect in self.expected_effects]
        if len(set(measures)) < len(measures):
            raise ValueError("of each measure one effect is expected")
        if measures and self.follow_up_on is None:
            raise ValueError("expected effects are measured on the day of the follow-up: say which")
        return self


class ReviewSummary(Schema):
    """`findings` are the rules that fired on the frozen evidence."""

    id: UUID
    service_id: UUID
    trigger: Trigger
    cause: TriggerCause | None = Field(description="Null: somebody asked for it.")
    starts_on: date
    ends_on: date
    recommendation: Recommendation
    findings: list[Finding]
    opened_at: datetime
    opened_by: str
    status: ReviewStatus
    decision: Recommendation | None
    reason: str | None
    decided_at: datetime | None
    decided_by: str | None
    follow_up_on: date | None
    expected_effects: list[ExpectedEffect] = Field(max_length=len(Measure))
    followed_up_at: datetime | None
    followed_up_by: str | None
    version: int


class ReviewView(ReviewSummary):
    evidence: Evidence
    follow_up: FollowUp | None


Count = Annotated[int, Field(ge=0)]


class ReviewCampaignView(Schema):
    """`opened` by what they recommend; services with an open review keep that one."""

    opened: Count
    already_open: Count
    recommendations: dict[Recommendation, Count]


class RecommendationView(Schema):
    """What the open review of a service recommends."""

    service_id: UUID
    code: str
    name: str
    review_id: UUID
    recommendation: Recommendation
    findings: list[Finding]
    trigger: Trigger
    cause: TriggerCause | None
    starts_on: date
    ends_on: date
    opened_at: datetime
