"""A strategy review: what everything looked like on a day, and what somebody concluded from it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Forbidden, Invalid
from strategy.db import Base
from strategy.strategy_review.events import AgreedAction, StrategyReviewed
from strategy.strategy_review.snapshot import ReviewSnapshot
from strategy.strategy_review.terms import ReviewStatus


class AlreadyConcluded(Conflict, code="strategy.strategy-review.already-concluded"):
    """The review is concluded and stays as it is."""


class OwnReview(Forbidden, code="strategy.strategy-review.own-review"):
    """Nobody concludes a review that they took."""


class ActionOverdue(Invalid, code="strategy.strategy-review.action-overdue"):
    """What is to be done is due today or later."""


class StrategyReview(Aggregate, Base):
    """What was seen when it was taken never changes, nor does a concluded one: the database refuses it."""

    __tablename__ = "strategy_reviews"
    __table_args__ = (
        CheckConstraint(
            "(status = 'concluded') = (num_nonnulls(conclusions, concluded_by, concluded_at) = 3)", name="concluded"
        ),
        CheckConstraint("concluded_by <> taken_by", name="separation_of_duties"),
    )

    name: Mapped[str]
    purpose: Mapped[str]
    notes: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    taken_at: Mapped[datetime] = mapped_column(index=True)
    taken_by: Mapped[str]
    status: Mapped[ReviewStatus]
    conclusions: Mapped[str | None]
    actions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    concluded_at: Mapped[datetime | None]
    concluded_by: Mapped[str | None]

    @classmethod
    def take(cls, snapshot: ReviewSnapshot, *, name: str, purpose: str, notes: str, by: str) -> "StrategyReview":
        return cls(
            name=name,
            purpose=purpose,
            notes=notes,
            snapshot=snapshot.model_dump(mode="json"),
            taken_at=snapshot.taken_at,
            taken_by=by,
            status=ReviewStatus.OPEN,
            actions=[],
        )

    def conclude(self, conclusions: str, *, actions: Sequence[AgreedAction], by: str, at: datetime) -> None:
        """Once, by somebody else than who took it."""
        if self.status is not ReviewStatus.OPEN:
            raise AlreadyConcluded(f"It was concluded by {self.concluded_by}.")
        if by == self.taken_by:
            raise OwnReview(f"{by} took this review.")
        _must_lie_ahead(actions, at.date())
        self.status, self.conclusions = ReviewStatus.CONCLUDED, conclusions
        self.actions = [action.model_dump(mode="json") for action in actions]
        self.concluded_at, self.concluded_by = at, by
        self.record(
            StrategyReviewed(
                strategy_review_id=self.id,
                name=self.name,
                taken_on=self.taken_at.date(),
                concluded_on=at.date(),
                conclusions=conclusions,
                actions=list(actions),
            )
        )


def _must_lie_ahead(actions: Sequence[AgreedAction], today: date) -> None:
    if overdue := [action.due_on for action in actions if action.due_on < today]:
        raise ActionOverdue(f"{min(overdue)} is over.")
