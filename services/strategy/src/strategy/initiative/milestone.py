"""Milestones of an initiative: when they were planned, are expected and came; and what they wait for."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class MilestoneCodeTaken(Conflict, code="strategy.milestone.code-taken", constraint="uq_milestones_initiative_id_code"):
    """Another milestone of this initiative has this code."""


class InTheFuture(Invalid, code="strategy.milestone.in-the-future"):
    """A milestone was reached today or before."""


class ClosesLoop(Conflict, code="strategy.dependency.closes-loop"):
    """A milestone or an initiative would wait for itself, directly or through others."""


class AlreadyNeeded(
    Conflict, code="strategy.dependency.already-needed", constraint="uq_milestone_dependencies_milestone_id_needs_id"
):
    """This dependency is known already."""


class AlreadyAwaited(
    Conflict,
    code="strategy.dependency.already-awaited",
    constraint="uq_initiative_dependencies_initiative_id_needs_id",
):
    """This initiative is known to wait for the other one already."""


class Milestone(Aggregate, Base):
    """`duration_days` is how long the work takes that leads to it, once what it needs is reached; `changes` counts how
    often its dates were stated."""

    __tablename__ = "milestones"
    __table_args__ = (
        UniqueConstraint("initiative_id", "code"),
        CheckConstraint("duration_days BETWEEN 0 AND 36500", name="duration_days"),
    )

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"))
    code: Mapped[str]
    name: Mapped[str]
    duration_days: Mapped[int]
    planned_on: Mapped[date]
    forecast_on: Mapped[date | None]
    actual_on: Mapped[date | None]
    changes: Mapped[int]

    @classmethod
    def plan(cls, *, initiative_id: UUID, code: str, name: str, duration_days: int) -> "Milestone":
        """Its dates are to be stated."""
        return cls(initiative_id=initiative_id, code=code, name=name, duration_days=duration_days, changes=0)

    def describe(self, *, name: str, duration_days: int) -> None:
        self.name, self.duration_days = name, duration_days

    def date_by(
        self,
        *,
        planned_on: date,
        forecast_on: date | None,
        actual_on: date | None,
        reason: str,
        by: str,
        at: datetime,
    ) -> "MilestoneDate":
        """What was said before stays in the history."""
        if actual_on and actual_on > at.date():
            raise InTheFuture(f"{actual_on} has not come yet.")
        self.planned_on, self.forecast_on, self.actual_on = planned_on, forecast_on, actual_on
        self.changes += 1
        return MilestoneDate(
            milestone_id=self.id,
            number=self.changes,
            planned_on=planned_on,
            forecast_on=forecast_on,
            actual_on=actual_on,
            reason=reason,
            stated_by=by,
            stated_at=at,
        )

    @property
    def slip_days(self) -> int | None:
        """Days after the plan, of the actual or else the expected day; negative: before it; None while neither is."""
        comes_on = self.actual_on or self.forecast_on
        return (comes_on - self.planned_on).days if comes_on else None


class MilestoneDate(Base):
    """What was said of the dates of a milestone, in turn."""

    __tablename__ = "milestone_dates"

    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    planned_on: Mapped[date]
    forecast_on: Mapped[date | None]
    actual_on: Mapped[date | None]
    reason: Mapped[str]
    stated_by: Mapped[str]
    stated_at: Mapped[datetime]


class MilestoneDependency(Aggregate, Base):
    """A milestone, of this or of another initiative, must be reached before the work on this one begins."""

    __tablename__ = "milestone_dependencies"
    __table_args__ = (UniqueConstraint("milestone_id", "needs_id"),)

    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    needs_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"), index=True)


class InitiativeDependency(Aggregate, Base):
    """All of another initiative must be done before anything of this one begins."""

    __tablename__ = "initiative_dependencies"
    __table_args__ = (UniqueConstraint("initiative_id", "needs_id"),)

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"))
    needs_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"), index=True)
