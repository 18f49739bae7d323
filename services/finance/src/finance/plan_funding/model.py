"""A plan funding: what an approved investment plan funds in one of its periods, and the budget opened for it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import EXACT, Amount
from chassis.problems import Conflict
from finance.db import Base


class AlreadyOpened(Conflict, code="finance.plan-funding.already-opened"):
    """Its budget has been opened."""


class NoFiscalYear(Conflict, code="finance.plan-funding.no-fiscal-year"):
    """No fiscal year has the days of the period."""


class FundingState(StrEnum):
    OPENED = "opened"
    WAITING = "waiting"


class FundedLine(BaseModel):
    """One funded candidate of the plan."""

    code: str
    name: str
    capital: Amount
    operating: Amount

    @property
    def total(self) -> Decimal:
        return EXACT.add(self.capital, self.operating)


class PlanFunding(Aggregate, Base):
    """`lines` in the words of `FundedLine`. A waiting one has the `reason` why its budget could not be opened."""

    __tablename__ = "plan_fundings"
    __table_args__ = (
        UniqueConstraint("investment_plan_id", "period"),
        CheckConstraint(
            "(state = 'opened') = (budget_id IS NOT NULL) AND (state = 'opened') = (reason IS NULL)", name="state"
        ),
    )

    investment_plan_id: Mapped[UUID]
    plan: Mapped[str]
    name: Mapped[str]
    period: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    submitted_by: Mapped[str]
    approved_by: Mapped[str]
    state: Mapped[FundingState] = mapped_column(index=True)
    reason: Mapped[str | None]
    budget_id: Mapped[UUID | None] = mapped_column(ForeignKey("budgets.id"))

    @property
    def funded(self) -> list[FundedLine]:
        return [FundedLine.model_validate(line) for line in self.lines]

    def check_waiting(self) -> None:
        if self.state is FundingState.OPENED:
            raise AlreadyOpened(f"The budget of {self.plan} for {self.period} is opened.")

    def wait(self, reason: str) -> None:
        self.state, self.reason = FundingState.WAITING, reason

    def open(self, budget_id: UUID) -> None:
        self.state, self.reason, self.budget_id = FundingState.OPENED, None, budget_id
