"""A budget of a fiscal year: its versions from draft to approved to superseded, and the lines of each."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, ForeignKeyConstraint, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from finance.budget.events import BudgetApproved, BudgetExceeded, BudgetThresholdReached
from finance.budget.lines import Horizon
from finance.db import Base


class CodeTaken(Conflict, code="finance.budget.code-taken", constraint="uq_budgets_fiscal_year_id"):
    """Another budget of the fiscal year has this code."""


class TransitionRefused(Conflict, code="finance.budget.transition-refused"):
    """The state of the version does not allow this."""


class OwnSubmission(Conflict, code="finance.budget.own-submission"):
    """Nobody decides on what they have submitted."""


class Outdated(Conflict, code="finance.budget.outdated"):
    """Another version was approved since this one was begun: revise that."""


class ScopeTaken(Conflict, code="finance.budget.scope-taken"):
    """Two lines of the year have the same scope, so that spending would not know its line."""


class LineInUse(Conflict, code="finance.budget.line-in-use"):
    """A line with open reservations stays."""


class Overspent(Conflict, code="finance.budget.overspent"):
    """The budget does not suffice, and the line says that this stops."""


class NotBudgeted(Conflict, code="finance.budget.not-budgeted"):
    """No line has this scope, and the fiscal year says that nothing is spent without a budget."""


class BudgetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Budget(Aggregate, Base):
    """`approved_number` is the version in force, `rate` what one unit of its currency was worth in base currency when
    that was approved; `number` is that of the newest version. `looked_ahead_on` is when thresholds on forecast were
    last looked at."""

    __tablename__ = "budgets"
    __table_args__ = (UniqueConstraint("fiscal_year_id", "code", name="uq_budgets_fiscal_year_id"),)

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_years.id"))
    code: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    number: Mapped[int]
    approved_number: Mapped[int | None]
    rate: Mapped[Decimal | None]
    looked_ahead_on: Mapped[date | None]

    @classmethod
    def begin(cls, *, fiscal_year_id: UUID, code: str, name: str, currency: str) -> "Budget":
        return cls(fiscal_year_id=fiscal_year_id, code=code, name=name, currency=currency, number=0)

    def revise(self, *, document: str, reason: str) -> "BudgetVersion":
        """A draft that revises the version in force; `document` says which budget document it carries."""
        self.number += 1
        return BudgetVersion(
            budget_id=self.id,
            number=self.number,
            revises=self.approved_number,
            document=document,
            reason=reason,
            state=BudgetState.DRAFT,
        )

    def check_newest(self, version: "BudgetVersion") -> None:
        """Outdated if another version came into force since this one was begun."""
        if version.revises != self.approved_number:
            raise Outdated(f"Version {self.approved_number} is in force; this one revises {version.revises}.")

    def approve(self, version: "BudgetVersion", *, fiscal_year: str, rate: Decimal, total: Decimal) -> None:
        """`version` has just been approved; the one before is superseded beside this."""
        self.approved_number, self.rate = version.number, rate
        self.record(
            BudgetApproved(
                budget_id=self.id,
                code=self.code,
                fiscal_year=fiscal_year,
                number=version.number,
                document=version.document,
                currency=self.currency,
                total=total,
            )
        )

    def reach(self, percents: Sequence[int], **said: Any) -> None:
        """Thresholds of a line that were just crossed."""
        for percent in percents:
            self.record(BudgetThresholdReached(budget_id=self.id, code=self.code, percent=percent, **said))

    def exceed(self, *, starts_on: date, ends_on: date, **said: Any) -> None:
        self.record(BudgetExceeded(budget_id=self.id, code=self.code, starts_on=starts_on, ends_on=ends_on, **said))


class BudgetVersion(Base):
    __tablename__ = "budget_versions"

    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revises: Mapped[int | None]
    document: Mapped[str]
    reason: Mapped[str]
    state: Mapped[BudgetState]
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    def submit(self, *, by: str, at: datetime) -> None:
        self._move(BudgetState.SUBMITTED, only_from=BudgetState.DRAFT)
        self.submitted_by, self.submitted_at = by, at

    def approve(self, *, by: str, at: datetime) -> None:
        self._decide(BudgetState.APPROVED, by=by, at=at)

    def reject(self, *, reason: str, by: str, at: datetime) -> None:
        self._decide(BudgetState.REJECTED, by=by, at=at)
        self.reason = reason

    def supersede(self) -> None:
        self._move(BudgetState.SUPERSEDED, only_from=BudgetState.APPROVED)

    def check_draft(self) -> None:
        """TransitionRefused unless its lines may still change."""
        if self.state != BudgetState.DRAFT:
            raise TransitionRefused(f"Version {self.number} is {self.state}: revise it instead.", state=self.state)

    def _decide(self, to: BudgetState, *, by: str, at: datetime) -> None:
        self._move(to, only_from=BudgetState.SUBMITTED)
        if by == self.submitted_by:
            raise OwnSubmission(f"{by} has submitted version {self.number}.")
        self.decided_by, self.decided_at = by, at

    def _move(self, to: BudgetState, *, only_from: BudgetState) -> None:
        if self.state != only_from:
            raise TransitionRefused(f"Version {self.number} is {self.state}: it cannot become {to}.", state=self.state)
        self.state = to


class BudgetLine(Base):
    """A leaf has twelve `amounts` in the budget's currency, a line with others below it has none.

    Its scope is a cost object with all below it (null: any) and a nature (null: any). `controls` in the words of
    `schemas.Controls`; `thresholds` are percents of the year's budget.
    """

    __tablename__ = "budget_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["budget_id", "number"],
            ["budget_versions.budget_id", "budget_versions.number"],
            name="fk_budget_lines_version",
        ),
        CheckConstraint("amounts IS NULL OR cardinality(amounts) = 12", name="twelve_months"),
    )

    budget_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent: Mapped[str | None]
    cost_object_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    nature: Mapped[str | None]
    amounts: Mapped[list[Decimal] | None] = mapped_column(ARRAY(Numeric))
    planned_quantity: Mapped[Decimal | None]
    driver_id: Mapped[UUID | None] = mapped_column(ForeignKey("drivers.id"))
    controls: Mapped[dict[str, Any]]
    horizon: Mapped[Horizon]
    thresholds: Mapped[list[int]] = mapped_column(JSONB)


class BudgetPosition(Base):
    """What is used of a line in a month of the year (1 to 12), in base currency. Its key outlives the version."""

    __tablename__ = "budget_positions"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("requested <> 'NaN' AND committed <> 'NaN' AND actual <> 'NaN'", name="numbers"),
    )

    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"), primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    requested: Mapped[Decimal]
    committed: Mapped[Decimal]
    actual: Mapped[Decimal]


class BudgetAlert(Base):
    """The highest threshold of a line that was announced, of actual or forecast, so that each crossing is said once."""

    __tablename__ = "budget_alerts"

    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"), primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    of: Mapped[str] = mapped_column(primary_key=True)
    percent: Mapped[int]
    exceeded: Mapped[bool]
