"""A budget reservation: open, spent and released amounts, which together are what was asked for."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import EXACT, plain
from chassis.problems import Conflict
from finance.budget.lines import DocumentKind
from finance.db import Base


class ReferenceTaken(
    Conflict,
    code="finance.budget-reservation.reference-taken",
    constraint="uq_budget_reservations_source_reference",
):
    """The source has reserved something else under this reference."""


class NothingOpen(Conflict, code="finance.budget-reservation.nothing-open"):
    """The reservation has less open than that, or its stage does not allow it."""


class Stage(StrEnum):
    REQUESTED = "requested"
    COMMITTED = "committed"
    SETTLED = "settled"


class BudgetReservation(Aggregate, Base):
    """`base_amount` is `amount` at the rate of the day it is for; what follows it is in base currency.

    `budget_id` and `line` are null for what no line has in its scope. `open_amount` still weighs on the line.
    """

    __tablename__ = "budget_reservations"
    __table_args__ = (
        UniqueConstraint("source", "reference"),
        CheckConstraint("open_amount >= 0 AND open_amount <> 'NaN'", name="open"),
        CheckConstraint("base_amount = open_amount + spent + released", name="conserved"),
    )

    source: Mapped[str]
    reference: Mapped[str]
    description: Mapped[str]
    reserved_on: Mapped[date]
    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_years.id"))
    month: Mapped[int]
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    nature: Mapped[str | None]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    base_amount: Mapped[Decimal]
    base_currency: Mapped[str]
    budget_id: Mapped[UUID | None] = mapped_column(ForeignKey("budgets.id"))
    line: Mapped[str | None]
    stage: Mapped[Stage]
    open_amount: Mapped[Decimal]
    spent: Mapped[Decimal]
    released: Mapped[Decimal]
    warnings: Mapped[list[str]]
    fingerprint: Mapped[str]

    @property
    def kind(self) -> DocumentKind:
        return DocumentKind.REQUEST if self.stage == Stage.REQUESTED else DocumentKind.COMMITMENT

    def order(self) -> Decimal:
        """A request becomes an order: what moves from requested to committed."""
        if self.stage != Stage.REQUESTED:
            raise NothingOpen(f"{self.source} {self.reference} is {self.stage}.", stage=self.stage)
        self.stage = Stage.COMMITTED
        return self.open_amount

    def spend(self, amount: Decimal) -> None:
        if self.stage == Stage.SETTLED or amount > self.open_amount:
            said = plain(self.open_amount)
            raise NothingOpen(f"{said} {self.base_currency} of it is open.", open=said)
        self.open_amount, self.spent = EXACT.subtract(self.open_amount, amount), EXACT.add(self.spent, amount)
        if not self.open_amount:
            self.stage = Stage.SETTLED

    def release(self) -> Decimal:
        """What was still open."""
        if self.stage == Stage.SETTLED:
            raise NothingOpen(f"{self.source} {self.reference} is settled.", open="0")
        left = self.open_amount
        self.open_amount, self.released = Decimal(0), EXACT.add(self.released, left)
        self.stage = Stage.SETTLED
        return left
