"""A review: what was known of a service when it was opened, what the rules recommend, what a person decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Forbidden, Invalid
from portfolio.db import Base
from portfolio.evidence.schemas import Evidence
from portfolio.review.events import ReviewOpened, ServiceReviewed
from portfolio.review.recommendation import findings, recommend
from portfolio.review.terms import Recommendation, ReviewStatus, Trigger
from portfolio.service.terms import Stage


class NotInCatalog(Conflict, code="portfolio.review.not-in-catalog"):
    """Only a service of the catalog is reviewed."""


class AlreadyOpen(Conflict, code="portfolio.review.already-open", constraint="uq_reviews_open"):
    """A review of this service is open."""


class AlreadyDecided(Conflict, code="portfolio.review.already-decided"):
    """The review has been decided."""


class OwnReview(Forbidden, code="portfolio.review.own-review"):
    """Nobody decides a review that they opened."""


class FollowUpNotAhead(Invalid, code="portfolio.review.follow-up-not-ahead"):
    """The effect of a decision is looked at on a day that is still to come."""


class Review(Aggregate, Base):
    """`evidence`, `findings` and `recommendation` are frozen when it is opened; the database refuses to change them."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index("uq_reviews_open", "service_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_reviews_service_id_opened_at", "service_id", "opened_at"),
        CheckConstraint(
            "(status = 'decided') = (decision IS NOT NULL) AND (decision IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("decided_by <> opened_by", name="separation_of_duties"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    trigger: Mapped[Trigger]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    evidence: Mapped[dict[str, Any]]
    recommendation: Mapped[Recommendation]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by: Mapped[str]
    status: Mapped[ReviewStatus]
    decision: Mapped[Recommendation | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    follow_up_on: Mapped[date | None]

    @classmethod
    def open(cls, *, evidence: Evidence, trigger: Trigger, by: str) -> "Review":
        if evidence.status.stage is not Stage.CATALOG:
            raise NotInCatalog(f"{evidence.code} is {evidence.status}.")
        found = findings(evidence)
        review = cls(
            service_id=evidence.service_id,
            trigger=trigger,
            starts_on=evidence.starts_on,
            ends_on=evidence.ends_on,
            evidence=evidence.model_dump(mode="json"),
            recommendation=recommend(found),
            findings=[finding.model_dump(mode="json") for finding in found],
            opened_at=evidence.taken_at,
            opened_by=by,
            status=ReviewStatus.OPEN,
        )
        review.record(
            ReviewOpened(
                review_id=review.id,
                service_id=review.service_id,
                trigger=trigger,
                recommendation=review.recommendation,
                opened_on=evidence.taken_at.date(),
            )
        )
        return review

    def decide(
        self, decision: Recommendation, *, reason: str, follow_up_on: date | None, by: str, at: datetime
    ) -> None:
        """Once, by somebody else than who opened it; not bound by the recommendation."""
        if self.status is not ReviewStatus.OPEN:
            raise AlreadyDecided(f"It was decided by {self.decided_by}: {self.decision}.")
        if by == self.opened_by:
            raise OwnReview(f"{by} opened this review.")
        if follow_up_on and follow_up_on <= at.date():
            raise FollowUpNotAhead(f"{follow_up_on} is not after {at.date()}.")
        self.status, self.decision, self.reason = ReviewStatus.DECIDED, decision, reason
        self.decided_at, self.decided_by, self.follow_up_on = at, by, follow_up_on
        self.record(
            ServiceReviewed(
                review_id=self.id,
                service_id=self.service_id,
                decision=decision,
                reason=reason,
                decided_on=at.date(),
                follow_up_on=follow_up_on,
            )
        )
