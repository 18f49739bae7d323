"""A solution of an investment plan: a question frozen with all its inputs, who works on it, and its answer for ever."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.investment_plan.terms import SELECTED, SolutionKind, SolutionState

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 3


class SolutionEnded(Conflict, code="portfolio.investment-plan.solution-ended"):
    """What has ended is not cancelled."""


class Ending(StrEnum):
    """Why a solution failed, in words for whoever asked."""

    LOST = "Its workers were lost three times; ask again with fewer candidates or a wider gap."
    LATE = "It did not end in its time."


class PlanSolution(Base):
    """`question` is what a solver is given, `digest` that of its inputs. While it is worked on, `worker` says by whom,
    `attempt` for which time, and `seen_at` when it was last heard of: after `LEASE` another worker takes it up."""

    __tablename__ = "plan_solutions"
    __table_args__ = (
        Index("ix_plan_solutions_investment_plan_id", "investment_plan_id"),
        Index("ix_plan_solutions_pending", "id", postgresql_where=text("state IN ('queued', 'running')")),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    investment_plan_id: Mapped[UUID] = mapped_column(ForeignKey("investment_plans.id"))
    scenario: Mapped[str]
    kind: Mapped[SolutionKind]
    question: Mapped[dict[str, Any]]
    digest: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[SolutionState]
    attempt: Mapped[int]
    worker: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None]

    @property
    def has_selection(self) -> bool:
        return self.kind is SolutionKind.SELECTION and bool(self.result) and self.outcome in SELECTED

    @property
    def outcome(self) -> str | None:
        return (self.result or {}).get("outcome")

    @property
    def selected(self) -> list[str]:
        """Codes of what it funds."""
        return list((self.result or {}).get("selected", ()))

    def take_up(self, worker: str, at: datetime) -> bool:
        """False when too many workers were lost over it: it has failed."""
        if self.attempt >= MOST_ATTEMPTS:
            self.fail(Ending.LOST, at)
            return False
        self.state, self.attempt, self.worker = SolutionState.RUNNING, self.attempt + 1, worker
        self.started_at = self.seen_at = at
        return True

    def hear(self, progress: dict[str, Any] | None, at: datetime) -> None:
        self.progress, self.seen_at = progress, at

    def finish(self, result: dict[str, Any], at: datetime) -> None:
        self.state, self.result, self.ended_at = SolutionState.DONE, result, at

    def fail(self, reason: str, at: datetime) -> None:
        self.state, self.reason, self.ended_at = SolutionState.FAILED, reason, at

    def cancel(self, by: str, at: datetime) -> None:
        """Whoever works on it stops as soon as it looks."""
        if self.state not in (SolutionState.QUEUED, SolutionState.RUNNING):
            raise SolutionEnded(f"It is {self.state}.")
        self.state, self.reason, self.ended_at = SolutionState.CANCELLED, f"Cancelled by {by}.", at
