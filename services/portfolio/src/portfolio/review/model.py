"""A review: what was known of a service when it was opened, what the rules recommend, what a person decided."""

from collections.abc import Sequence
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
from portfolio.review import ranges
from portfolio.review.effect import ExpectedEffect, ExpectEffect, against, follow_up
from portfolio.review.events import FollowedUpEffect, ReviewFollowedUp, ReviewOpened, ServiceReviewed
from portfolio.review.figures import figures
from portfolio.review.recommendation import findings, recommend
from portfolio.review.terms import Recommendation, ReviewStatus, Trigger
from portfolio.review.triggers import Occasion
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


class NotDecided(Conflict, code="portfolio.review.not-decided"):
    """Only what was decided has an effect that can be measured."""


class DecidedToday(Conflict, code="portfolio.review.decided-today"):
    """The effect of a decision is measured from the day after it on."""


class AlreadyFollowedUp(Conflict, code="portfolio.review.already-followed-up"):
    """The effect of a decision is measured once."""


class Review(Aggregate, Base):
    """`evidence`, `findings` and `recommendation` are frozen when it is opened, the decision when it is made, and
    `follow_up` when the effect is measured: the database refuses to change them.

    `cause` says why it was opened if nobody asked for it; a service is reviewed once for the same `cause_key`.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("uq_reviews_open", "service_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("uq_reviews_cause", "service_id", "cause_key", unique=True),
        Index("ix_reviews_service_id_opened_at", "service_id", "opened_at"),
        Index("ix_reviews_to_follow_up", "follow_up_on", "id", postgresql_where=text("followed_up_at IS NULL")),
        CheckConstraint(
            "(status = 'decided') = (decision IS NOT NULL) AND (decision IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("decided_by <> opened_by", name="separation_of_duties"),
        CheckConstraint(
            "(follow_up IS NULL) = (followed_up_at IS NULL) AND (follow_up IS NULL) = (followed_up_by IS NULL)"
            " AND (follow_up IS NULL OR status = 'decided')",
            name="followed_up",
        ),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    trigger: Mapped[Trigger]
    cause: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    cause_key: Mapped[str | None]
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
    expected_effects: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    follow_up: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    followed_up_at: Mapped[datetime | None]
    followed_up_by: Mapped[str | None]

    @classmethod
    def open(cls, *, evidence: Evidence, trigger: Trigger, by: str, occasion: Occasion | None = None) -> "Review":
        if evidence.status.stage is not Stage.CATALOG:
            raise NotInCatalog(f"{evidence.code} is {evidence.status}.")
        found = findings(evidence)
        review = cls(
            service_id=evidence.service_id,
            trigger=trigger,
            cause=occasion.cause.model_dump(mode="json") if occasion else None,
            cause_key=occasion.key if occasion else None,
            starts_on=evidence.starts_on,
            ends_on=evidence.ends_on,
            evidence=evidence.model_dump(mode="json"),
            recommendation=recommend(found),
            findings=[finding.model_dump(mode="json") for finding in found],
            opened_at=evidence.taken_at,
            opened_by=by,
            status=ReviewStatus.OPEN,
            expected_effects=[],
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
        self,
        decision: Recommendation,
        *,
        reason: str,
        follow_up_on: date | None,
        by: str,
        at: datetime,
        expects: Sequence[ExpectEffect] = (),
    ) -> None:
        """Once, by somebody else than who opened it; not bound by the recommendation."""
        if self.status is not ReviewStatus.OPEN:
            raise AlreadyDecided(f"It was decided by {self.decided_by}: {self.decision}.")
        if by == self.opened_by:
            raise OwnReview(f"{by} opened this review.")
        if follow_up_on and follow_up_on <= at.date():
            raise FollowUpNotAhead(f"{follow_up_on} is not after {at.date()}.")
        before = figures(Evidence.model_validate(self.evidence))
        self.expected_effects = [effect.model_dump(mode="json") for effect in against(before, expects)]
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

    def since(self, today: date, retired_on: date | None) -> ranges.Since:
        """The days over which its effect is measured. Raises NotDecided, AlreadyFollowedUp, DecidedToday."""
        if self.decided_at is None:
            raise NotDecided("It is open.")
        if self.followed_up_at:
            raise AlreadyFollowedUp(f"It was measured by {self.followed_up_by} on {self.followed_up_at.date()}.")
        passed = ranges.since(decided_on=self.decided_at.date(), retired_on=retired_on, today=today)
        if passed is None:
            raise DecidedToday
        return passed

    def measure(self, evidence: Evidence, *, retired_on: date | None, by: str, at: datetime) -> None:
        """`evidence` is that of `since` the decision; `retired_on` the day on which the service retired, if it did."""
        passed = self.since(at.date(), retired_on)
        before = Evidence.model_validate(self.evidence)
        expected = [ExpectedEffect.model_validate(effect) for effect in self.expected_effects]
        measured = follow_up(before, evidence, passed, expected=expected, retired_on=retired_on)
        self.follow_up = measured.model_dump(mode="json")
        self.followed_up_at, self.followed_up_by = at, by
        fact = {"review_id": self.id, "service_id": self.service_id, "decision": self.decision}
        effects = [effect.model_dump(include={*FollowedUpEffect.model_fields}) for effect in measured.effects]
        days = {"starts_on": measured.starts_on, "ends_on": measured.ends_on, "retired_on": retired_on}
        self.record(ReviewFollowedUp.model_validate({**fact, **days, "effects": effects}))
