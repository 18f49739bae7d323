"""A cost import: one file of a source, read into rows, and the difference that it made in the ledger."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Conflict, Invalid
from finance.db import Base


class PeriodUnknown(Invalid, code="finance.cost-import.period-unknown"):
    """The period is neither a fiscal year nor a fiscal period."""


class AccountUnfit(Invalid, code="finance.cost-import.account-unfit"):
    """The account does not exist, has accounts below it, or is of a type that cannot serve this purpose."""


class NothingAccepted(Invalid, code="finance.cost-import.nothing-accepted"):
    """No row of the file can be taken, so that it would take back all that its source has posted before."""


class OtherViewPosted(Conflict, code="finance.cost-import.other-view-posted"):
    """The source has posted its cost in the other view already, and the two are never added together."""


class CostView(StrEnum):
    """Billed is what was invoiced when (cash); effective spreads purchases over their use (accrual)."""

    BILLED = "billed"
    EFFECTIVE = "effective"

    @property
    def other(self) -> "CostView":
        return CostView.EFFECTIVE if self is CostView.BILLED else CostView.BILLED


def ledger_source(source: str, view: CostView) -> str:
    """What journal entries of an import name as their source."""
    return f"cost-import/{source}/{view}"


class CostImport(Base):
    """`starts_on` to `ends_on`, half-open, is what it covers: an earlier import of the source is superseded there."""

    __tablename__ = "cost_imports"
    __table_args__ = (
        CheckConstraint("read = accepted + rejected + skipped", name="every_row_once"),
        Index("ix_cost_imports_source", "source", "view", "imported_at"),
        Index("ix_cost_imports_imported_at", "imported_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    view: Mapped[CostView]
    period: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    base_currency: Mapped[str]
    mapping: Mapped[str | None]
    balancing_account: Mapped[str]
    default_account: Mapped[str | None]
    rates: Mapped[dict[str, Any]]
    rules_version: Mapped[int]
    digest: Mapped[str]
    read: Mapped[int]
    accepted: Mapped[int]
    rejected: Mapped[int]
    skipped: Mapped[int]
    unassigned: Mapped[int]
    posting_id: Mapped[UUID | None] = mapped_column(ForeignKey("postings.id"))
    actor: Mapped[str]
    imported_at: Mapped[datetime]

    def cover(self, *, starts_on: date, ends_on: date, base_currency: str) -> None:
        self.starts_on, self.ends_on, self.base_currency = starts_on, ends_on, base_currency

    def count(self, *, digest: str, accepted: int, rejected: int, skipped: int, unassigned: int) -> None:
        """Every row of the file once; `unassigned` are some of the accepted ones."""
        self.digest, self.read = digest, accepted + rejected + skipped
        self.accepted, self.rejected, self.skipped, self.unassigned = accepted, rejected, skipped, unassigned

    def says_what(self, earlier: "CostImport") -> bool:
        """Whether the same file was read in the same way."""
        return (self.digest, self.accepted, self.skipped) == (earlier.digest, earlier.accepted, earlier.skipped)


class CostImportPeriod(Base):
    """What an import holds of one fiscal period; `base_amount` is the sum of its rows in base currency."""

    __tablename__ = "cost_import_periods"
    __table_args__ = (CheckConstraint("base_amount <> 'NaN'", name="base_amount"),)

    cost_import_id: Mapped[UUID] = mapped_column(ForeignKey("cost_imports.id"), primary_key=True)
    fiscal_period_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_periods.id"), primary_key=True, index=True)
    row_count: Mapped[int]
    base_amount: Mapped[Decimal]


class CostImportRow(Base):
    """An accepted row, as placed: `named_cost_object` is what the file says, `assigned_by` the rule that decided.

    Written by COPY, a million at a time; what it points to is never deleted, so no foreign keys are checked for each.
    """

    __tablename__ = "cost_import_rows"
    __table_args__ = (CheckConstraint("amount <> 'NaN'", name="amount"),)

    cost_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fiscal_period_id: Mapped[UUID]
    posted_on: Mapped[date]
    account_id: Mapped[UUID]
    cost_object_id: Mapped[UUID]
    consumer_id: Mapped[UUID | None]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    named_cost_object: Mapped[str | None]
    assigned_by: Mapped[int | None]
    description: Mapped[str | None]
    reference: Mapped[str | None]
    attributes: Mapped[dict[str, Any]]


class RejectedRow(Base):
    """A row that could not be taken: nothing of it is in the ledger."""

    __tablename__ = "rejected_rows"

    # The import is written last, when its rows are counted.
    cost_import_id: Mapped[UUID] = mapped_column(
        ForeignKey("cost_imports.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    column: Mapped[str]
    reason: Mapped[str]
