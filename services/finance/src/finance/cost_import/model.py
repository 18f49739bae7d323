"""A cost import: one file of a source, read into rows, and the difference that it made in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.money import plain
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


class NotAsPosted(Conflict, code="finance.cost-import.not-as-posted"):
    """The ledger holds something else than the import says, as after a reversal: import the file again."""


class Superseded(Conflict, code="finance.cost-import.superseded"):
    """Nothing of the import stands any more, so that there is nothing to withdraw."""


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


@dataclass(frozen=True)
class Terms:
    """How a file is to be read into the ledger; accounts by code, `rates` in base currency per unit."""

    source: str
    period: str
    view: CostView
    mapping: str | None
    balancing_account: str
    default_account: str | None
    rates: Mapping[str, Decimal]

    @property
    def stated(self) -> dict[str, Any]:
        """As an import keeps them."""
        return {**vars(self), "rates": {currency: plain(rate) for currency, rate in self.rates.items()}}


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
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]
    withdrawal_posting_id: Mapped[UUID | None] = mapped_column(ForeignKey("postings.id"))

    def cover(self, *, starts_on: date, ends_on: date, base_currency: str) -> None:
        self.starts_on, self.ends_on, self.base_currency = starts_on, ends_on, base_currency

    def count(self, *, digest: str, accepted: int, rejected: int, skipped: int, unassigned: int) -> None:
        """Every row of the file once; `unassigned` are some of the accepted ones."""
        self.digest, self.read = digest, accepted + rejected + skipped
        self.accepted, self.rejected, self.skipped, self.unassigned = accepted, rejected, skipped, unassigned

    def withdraw(self, *, reason: str, posting_id: UUID | None, actor: str, at: datetime) -> None:
        self.withdrawn_at, self.withdrawn_by = at, actor
        self.withdrawal_reason, self.withdrawal_posting_id = reason, posting_id

    @property
    def terms(self) -> Terms:
        return Terms(
            source=self.source,
            period=self.period,
            view=self.view,
            mapping=self.mapping,
            balancing_account=self.balancing_account,
            default_account=self.default_account,
            rates={currency: Decimal(rate) for currency, rate in self.rates.items()},
        )

    def says_what(self, earlier: "CostImport") -> bool:
        """Whether the same file was read in the same way, and is not withdrawn."""
        return earlier.withdrawn_at is None and (self.digest, self.accepted, self.skipped) == (
            earlier.digest,
            earlier.accepted,
            earlier.skipped,
        )


class CostImportPeriod(Base):
    """What an import holds of one fiscal period; `base_amount` is the sum of its rows in base currency; `days` has a
    bit for each day of the month that has rows, the lowest for the first.

    The ledger holds what stands: of each source, view and fiscal period the one that is not superseded.
    """

    __tablename__ = "cost_import_periods"
    __table_args__ = (
        CheckConstraint("base_amount <> 'NaN'", name="base_amount"),
        Index(
            "ix_cost_import_periods_superseded_at",
            "superseded_at",
            postgresql_where=text("superseded_at IS NOT NULL"),
        ),
    )

    cost_import_id: Mapped[UUID] = mapped_column(ForeignKey("cost_imports.id"), primary_key=True)
    fiscal_period_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_periods.id"), primary_key=True, index=True)
    row_count: Mapped[int]
    base_amount: Mapped[Decimal]
    superseded_at: Mapped[datetime | None]
    days: Mapped[int | None]


class CostImportRow(Base):
    """An accepted row, as placed: `named_…` is what the file says, `assigned_by` the rule that decided, of the rules of
    the import or, where there is one, of the reassignment.

    Written by COPY, a million at a time; what it points to is never deleted, so no foreign keys are checked for each.
    """

    __tablename__ = "cost_import_rows"
    __table_args__ = (
        CheckConstraint("amount <> 'NaN'", name="amount"),
        CheckConstraint("other_amount <> 'NaN'", name="other_amount"),
    )

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
    named_account: Mapped[str | None]
    named_consumer: Mapped[str | None]
    reassignment_id: Mapped[UUID | None]
    other_amount: Mapped[Decimal | None]
    charge_category: Mapped[str | None]
    charge_class: Mapped[str | None]
    commitment_status: Mapped[str | None]
    publisher: Mapped[str | None]


class CostImportCharge(Base):
    """Rows of an import that are alike; `other_amount` is null unless all of them say theirs."""

    __tablename__ = "cost_import_charges"
    __table_args__ = (CheckConstraint("amount <> 'NaN' AND other_amount <> 'NaN'", name="amounts"),)

    cost_import_id: Mapped[UUID] = mapped_column(ForeignKey("cost_imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    charge_category: Mapped[str | None]
    charge_class: Mapped[str | None]
    commitment_status: Mapped[str | None]
    publisher: Mapped[str | None]
    currency: Mapped[str]
    row_count: Mapped[int]
    amount: Mapped[Decimal]
    other_amount: Mapped[Decimal | None]


class CostReassignment(Base):
    """Unassigned rows of an import that later rules have given a cost object, and the posting that moved their cost."""

    __tablename__ = "cost_reassignments"
    __table_args__ = (
        CheckConstraint("row_count > 0", name="row_count"),
        Index("ix_cost_reassignments_cost_import_id", "cost_import_id", "reassigned_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cost_import_id: Mapped[UUID] = mapped_column(ForeignKey("cost_imports.id"))
    period: Mapped[str]
    rules_version: Mapped[int]
    row_count: Mapped[int]
    posting_id: Mapped[UUID | None] = mapped_column(ForeignKey("postings.id"))
    actor: Mapped[str]
    reassigned_at: Mapped[datetime]


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
