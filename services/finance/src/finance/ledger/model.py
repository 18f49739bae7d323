"""The ledger's rows: postings, the entries that each brought, their lines, and the balances kept beside them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from finance.db import Base
from finance.ledger.entry import EntryKind
from finance.ledger.events import CostPosted, CostTotal


class ReferenceTaken(Conflict, code="finance.ledger.reference-taken"):
    """The source has already posted something else under this reference."""


class AlreadyReversed(Conflict, code="finance.ledger.already-reversed", constraint="uq_journal_entries_reversal_of"):
    """An entry is reversed at most once."""


class ClosingEntry(Conflict, code="finance.ledger.closing-entry"):
    """A year-end close is not reversed by hand: reopen the last period of the year."""


class BalanceTooLarge(Conflict, code="finance.ledger.balance-too-large", constraint="ck_period_balances_bounded"):
    """The balance of an account would have more than 19 digits before the point."""


class Posting(Aggregate, Base):
    """What was posted in one go: an entry, a batch, an import, a charge run. It announces the cost of all of it."""

    __tablename__ = "postings"

    source: Mapped[str]
    reference: Mapped[str]
    entry_count: Mapped[int]
    actor: Mapped[str]
    recorded_at: Mapped[datetime]

    def announce(self, totals: Sequence[CostTotal]) -> None:
        """Entries that move nothing but the balance sheet cost nothing, and nothing is said of them."""
        if totals:
            self.record(CostPosted(source=self.source, reference=self.reference, totals=list(totals)))


class JournalEntry(Base):
    """Never changed: the database refuses it. `fingerprint` tells whether a repeated entry is the same."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        UniqueConstraint("source", "reference"),
        UniqueConstraint("reversal_of"),
        Index("ix_journal_entries_posted_on", "posted_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # The posting is written last, when its totals are known.
    posting_id: Mapped[UUID] = mapped_column(
        ForeignKey("postings.id", deferrable=True, initially="DEFERRED"), index=True
    )
    fiscal_period_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_periods.id"), index=True)
    posted_on: Mapped[date]
    description: Mapped[str]
    source: Mapped[str]
    reference: Mapped[str]
    adjustment: Mapped[bool]
    kind: Mapped[EntryKind]
    reversal_of: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    line_count: Mapped[int]
    fingerprint: Mapped[str]
    actor: Mapped[str]
    recorded_at: Mapped[datetime]


class JournalLine(Base):
    """`amount` and `base_amount` are signed: debit +, credit −. `rate` is base currency per unit of currency.

    `cost_object_id` is what balances and reports are kept by; `dimension_ids` are other cost objects that the line
    belongs to as well, one of a kind; null when there are none. (An array, because PostgreSQL keeps statistics on what
    is in one.)
    """

    __tablename__ = "journal_lines"
    __table_args__ = (
        CheckConstraint("amount <> 'NaN' AND base_amount <> 'NaN' AND rate <> 'NaN' AND rate > 0", name="numbers"),
        Index("ix_journal_lines_consumer_id", "consumer_id", postgresql_where=text("consumer_id IS NOT NULL")),
        Index(
            "ix_journal_lines_dimension_ids",
            "dimension_ids",
            postgresql_using="gin",
            postgresql_where=text("dimension_ids IS NOT NULL"),
        ),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entries.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[Decimal]
    currency: Mapped[str]
    rate: Mapped[Decimal]
    base_amount: Mapped[Decimal]
    cost_object_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    consumer_id: Mapped[UUID | None] = mapped_column(ForeignKey("consumers.id"))
    tags: Mapped[dict[str, Any]]
    dimension_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))


class PeriodBalance(Base):
    """What the lines of a period add up to, so that reports need not add them: debits and credits without sign.

    Those of closing entries are kept apart: a year's result is still there once it has gone to the balance sheet.
    """

    __tablename__ = "period_balances"
    __table_args__ = (
        UniqueConstraint(
            "fiscal_period_id",
            "account_id",
            "cost_object_id",
            "currency",
            "closing",
            name="uq_period_balances_dimensions",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "greatest(debit, credit, base_debit, base_credit) < 1e19"
            " AND least(debit, credit, base_debit, base_credit) >= 0",
            name="bounded",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    fiscal_period_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_periods.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    cost_object_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    currency: Mapped[str]
    closing: Mapped[bool]
    debit: Mapped[Decimal]
    credit: Mapped[Decimal]
    base_debit: Mapped[Decimal]
    base_credit: Mapped[Decimal]
