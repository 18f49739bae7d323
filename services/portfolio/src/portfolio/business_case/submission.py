"""What was submitted, who decided on it, and the figures that finance answered with; the database keeps it frozen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Forbidden
from portfolio.approval_policy.thresholds import ApprovalStep
from portfolio.business_case.content import CaseContent
from portfolio.business_case.terms import Ruling
from portfolio.db import Base


class DecidedBefore(
    Forbidden,
    code="portfolio.business-case.decided-before",
    constraint="uq_business_case_decisions_business_case_id_number_decided_by",
):
    """Nobody decides twice on one submission."""


class BusinessCaseSubmission(Base):
    """`steps` are those of the approval policy of that moment. Of the answer of finance either `figures`, a list of
    `OptionFigures`, or `refused_reason` is there."""

    __tablename__ = "business_case_submissions"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (figures IS NULL AND refused_reason IS NULL)"
            " AND (figures IS NULL OR refused_reason IS NULL)",
            name="answer",
        ),
    )

    business_case_id: Mapped[UUID] = mapped_column(ForeignKey("business_cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    policy_version: Mapped[int]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    submitted_by: Mapped[str]
    submitted_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    investment_id: Mapped[UUID | None]
    figures: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    refused_reason: Mapped[str | None]

    @property
    def said(self) -> CaseContent:
        return CaseContent.model_validate(self.content)

    @property
    def chain(self) -> list[ApprovalStep]:
        return [ApprovalStep.model_validate(step) for step in self.steps]

    def answer(
        self,
        at: datetime,
        *,
        investment_id: UUID | None = None,
        figures: list[dict[str, Any]] | None = None,
        refused_reason: str | None = None,
    ) -> bool:
        """False for an answer that is older than the one that is known."""
        if self.answered_at is not None and at <= self.answered_at:
            return False
        self.answered_at, self.investment_id = at, investment_id
        self.figures, self.refused_reason = figures, refused_reason
        return True


class BusinessCaseDecision(Base):
    """One decision ends one step, which `step` counts from 1."""

    __tablename__ = "business_case_decisions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["business_case_id", "number"],
            ["business_case_submissions.business_case_id", "business_case_submissions.number"],
        ),
        UniqueConstraint("business_case_id", "number", "decided_by"),
    )

    business_case_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[Ruling]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    reason: Mapped[str]
