"""A dispute: lines of an invoice that its consumer does not accept, until finance upholds or rejects it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from finance.db import Base
from finance.dispute.events import DisputeOpened, DisputeResolved
from finance.invoice.events import BilledService
from finance.invoice.model import Invoice, InvoiceState


class AlreadyDisputed(Conflict, code="finance.dispute.already-open", constraint="uq_disputes_open"):
    """The invoice has an open dispute already."""


class NotDisputable(Conflict, code="finance.dispute.not-disputable"):
    """Only a draft or a final invoice is disputed."""


class AlreadyResolved(Conflict, code="finance.dispute.resolved"):
    """The dispute was resolved before."""


class CreditUnfit(Invalid, code="finance.dispute.credit-unfit"):
    """Credited lines go with an upheld dispute of a final invoice, and only with that."""


class DisputeState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Dispute(Aggregate, Base):
    """While it is open, the clock does not make its draft final. An empty `line_numbers` means the whole invoice."""

    __tablename__ = "disputes"
    __table_args__ = (
        Index("uq_disputes_open", "invoice_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_disputes_invoice_id", "invoice_id"),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    consumer_id: Mapped[UUID] = mapped_column(ForeignKey("consumers.id"), index=True)
    line_numbers: Mapped[list[int]] = mapped_column(JSONB)
    reason: Mapped[str]
    state: Mapped[DisputeState]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    words: Mapped[str | None]
    resolved_by: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    credit_note_id: Mapped[UUID | None] = mapped_column(ForeignKey("credit_notes.id"))

    @classmethod
    def open(
        cls,
        *,
        invoice: Invoice,
        line_numbers: Collection[int],
        reason: str,
        actor: str,
        at: datetime,
        services: Sequence[BilledService],
    ) -> "Dispute":
        if invoice.state not in {InvoiceState.DRAFT, InvoiceState.FINAL}:
            raise NotDisputable(f"{invoice.number or 'It'} is {invoice.state}.", state=invoice.state)
        dispute = cls(
            invoice_id=invoice.id,
            consumer_id=invoice.consumer_id,
            line_numbers=sorted(line_numbers),
            reason=reason,
            state=DisputeState.OPEN,
            opened_by=actor,
            opened_at=at,
        )
        dispute.record(
            DisputeOpened(
                dispute_id=dispute.id,
                invoice_id=invoice.id,
                customer_id=invoice.consumer_id,
                currency=invoice.currency,
                reason=reason,
                services=list(services),
            )
        )
        return dispute

    def must_be_open(self) -> None:
        if self.state != DisputeState.OPEN:
            raise AlreadyResolved(f"It was {self.state}.", state=self.state)

    def resolve(
        self,
        *,
        upheld: bool,
        words: str,
        credit_note_id: UUID | None,
        currency: str,
        actor: str,
        at: datetime,
        services: Sequence[BilledService],
    ) -> None:
        self.must_be_open()
        self.state = DisputeState.UPHELD if upheld else DisputeState.REJECTED
        self.words, self.resolved_by, self.resolved_at, self.credit_note_id = words, actor, at, credit_note_id
        self.record(
            DisputeResolved(
                dispute_id=self.id,
                invoice_id=self.invoice_id,
                customer_id=self.consumer_id,
                upheld=upheld,
                credit_note_id=credit_note_id,
                currency=currency,
                words=words,
                services=list(services),
            )
        )
