"""An invoice: drafted from current charges, final with a number, and then never changed, only credited or voided."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import EXACT, plain
from chassis.problems import Conflict
from finance.charge_plan.model import ChargeMode
from finance.db import Base
from finance.invoice.content import Content
from finance.invoice.difference import Difference
from finance.invoice.events import BilledService, InvoiceFinalized, InvoiceVoided


class NotCharged(Conflict, code="finance.invoice.not-charged"):
    """A range is invoiced after a charge run of the same plan and range."""


class RangeOverlaps(Conflict, code="finance.invoice.range-overlaps"):
    """The plan has been invoiced for another range with some of the same days."""


class NotADraft(Conflict, code="finance.invoice.not-a-draft"):
    """Only a draft can be recomputed, discarded or made final."""


class NotFinal(Conflict, code="finance.invoice.not-final"):
    """Only a final invoice can be credited or voided."""


class Outdated(Conflict, code="finance.invoice.outdated"):
    """The charges or the terms have changed since this was drafted: recompute it first."""


class Credited(Conflict, code="finance.invoice.credited"):
    """An invoice with credit notes is not voided."""


class CreditTooHigh(Conflict, code="finance.invoice.credit-too-high", constraint="ck_invoices_credited"):
    """Credit notes together never exceed what the invoice bills, by line and in all."""


class InvoiceState(StrEnum):
    DRAFT = "draft"
    FINAL = "final"
    VOID = "void"
    DISCARDED = "discarded"


class Invoice(Aggregate, Base):
    """One consumer, charge plan and range; half-open `[starts_on, ends_on)`. total = net + tax.

    `finalize_at` is when the clock makes a draft final; `hold_reason` why it could not and tries again later.
    `credited` is the net amount of its credit notes. A statement (mode showback) has no journal entry.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        Index(
            "uq_invoices_draft",
            "plan_id",
            "consumer_id",
            "starts_on",
            "ends_on",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_invoices_due", "finalize_at", postgresql_where=text("state = 'draft'")),
        Index("ix_invoices_issued_on", "issued_on", "number"),
        Index("ix_invoices_range", "plan_id", "starts_on", "ends_on"),
        UniqueConstraint("number"),
        CheckConstraint("total = net + tax AND total <> 'NaN'", name="total"),
        CheckConstraint("(state IN ('final', 'void')) = (number IS NOT NULL)", name="numbered"),
        CheckConstraint("credited = 0 OR credited BETWEEN 0 AND net", name="credited"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("charge_plans.id"))
    consumer_id: Mapped[UUID] = mapped_column(ForeignKey("consumers.id"), index=True)
    consumer_name: Mapped[str]
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("billing_profiles.id"))
    issuer_name: Mapped[str]
    account_name: Mapped[str]
    mode: Mapped[ChargeMode]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    net: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    credited: Mapped[Decimal]
    fingerprint: Mapped[str]
    state: Mapped[InvoiceState]
    drafted_at: Mapped[datetime]
    finalize_at: Mapped[datetime]
    hold_reason: Mapped[str | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    finalized_at: Mapped[datetime | None]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    reversal_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))

    @classmethod
    def draft(
        cls,
        *,
        plan_id: UUID,
        consumer_id: UUID,
        consumer_name: str,
        mode: ChargeMode,
        starts_on: date,
        ends_on: date,
        content: Content,
        at: datetime,
    ) -> "Invoice":
        invoice = cls(
            plan_id=plan_id,
            consumer_id=consumer_id,
            consumer_name=consumer_name,
            mode=mode,
            starts_on=starts_on,
            ends_on=ends_on,
            currency=content.currency,
            credited=Decimal(0),
            state=InvoiceState.DRAFT,
        )
        invoice._say(content, at=at)
        return invoice

    def recompute(self, content: Content, *, at: datetime) -> bool:
        """Whether it says something else now; if so, its days of grace begin anew."""
        self.must_be_draft()
        if content.fingerprint == self.fingerprint:
            return False
        self._say(content, at=at)
        return True

    def _say(self, content: Content, *, at: datetime) -> None:
        profile = content.terms.profile
        self.profile_id, self.issuer_name, self.account_name = profile.id, profile.issuer_name, profile.account_name
        self.net, self.tax, self.total = content.net, content.tax, EXACT.add(content.net, content.tax)
        self.fingerprint, self.drafted_at = content.fingerprint, at
        self.finalize_at, self.hold_reason = at + timedelta(days=profile.grace_days), None

    def discard(self) -> None:
        self.must_be_draft()
        self.state = InvoiceState.DISCARDED

    def put_off(self, *, until: datetime, reason: str) -> None:
        """The clock could not make it final."""
        self.finalize_at, self.hold_reason = until, reason

    def finalize(
        self,
        *,
        number: str,
        issued_on: date,
        due_on: date,
        entry_id: UUID | None,
        at: datetime,
        services: Sequence[BilledService],
    ) -> None:
        self.must_be_draft()
        self.state, self.hold_reason, self.entry_id = InvoiceState.FINAL, None, entry_id
        self.number, self.issued_on, self.due_on, self.finalized_at = number, issued_on, due_on, at
        self.record(
            InvoiceFinalized(
                invoice_id=self.id,
                number=number,
                mode=self.mode,
                customer_id=self.consumer_id,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                issued_on=issued_on,
                due_on=due_on,
                currency=self.currency,
                net=self.net,
                tax=self.tax,
                total=self.total,
                services=list(services),
            )
        )

    def must_be_voidable(self) -> str:
        """Its number."""
        number = self._must_be_final()
        if self.credited:
            raise Credited(f"{number} has credit notes over {plain(self.credited)} {self.currency}.")
        return number

    def void(self, *, reason: str, reversal_id: UUID | None, at: datetime, services: Sequence[BilledService]) -> None:
        number = self.must_be_voidable()
        self.state, self.voided_at, self.void_reason, self.reversal_id = InvoiceState.VOID, at, reason, reversal_id
        self.record(
            InvoiceVoided(
                invoice_id=self.id,
                number=number,
                customer_id=self.consumer_id,
                currency=self.currency,
                total=self.total,
                reason=reason,
                services=list(services),
            )
        )

    def credit(self, net: Decimal) -> Decimal:
        """What is credited net with it, in all. CreditTooHigh when that is more than was billed."""
        number = self._must_be_final()
        credited = EXACT.add(self.credited, net)
        if credited > self.net:
            left = plain(EXACT.subtract(self.net, self.credited))
            raise CreditTooHigh(f"{left} {self.currency} of {number} are left to be credited.", left=left)
        self.credited = credited
        return credited

    def must_be_draft(self) -> None:
        if self.state != InvoiceState.DRAFT:
            raise NotADraft(f"{self.number or 'It'} is {self.state}.", state=self.state)

    def _must_be_final(self) -> str:
        if self.state != InvoiceState.FINAL or self.number is None:
            raise NotFinal(f"{self.number or 'It'} is {self.state}.", state=self.state)
        return self.number


class InvoiceLine(Base):
    """amount = charged − billed, what earlier invoices of the same plan, consumer, range, cost object and item billed.

    A correction names the last of those. `quantity` is a difference too; `unit` says of what.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = (CheckConstraint("amount = charged - billed AND amount <> 'NaN' AND amount <> 0", name="amount"),)

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(primary_key=True)
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    cost_object_code: Mapped[str]
    cost_object_name: Mapped[str]
    item_code: Mapped[str | None]
    item_name: Mapped[str | None]
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    charged: Mapped[Decimal]
    billed: Mapped[Decimal]
    amount: Mapped[Decimal]
    quantity: Mapped[Decimal]
    unit: Mapped[str]

    @classmethod
    def row(cls, invoice_id: UUID, line_number: int, line: Difference) -> dict[str, Any]:
        return {
            "invoice_id": invoice_id,
            "line_number": line_number,
            "cost_object_id": line.of.cost_object_id,
            "cost_object_code": line.said.code,
            "cost_object_name": line.said.name,
            "item_code": line.of.item_code,
            "item_name": line.said.item_name,
            "charge_id": line.said.charge_id,
            "corrects_id": line.corrects,
            "charged": line.charged,
            "billed": line.billed,
            "amount": line.amount,
            "quantity": line.quantity,
            "unit": line.said.unit,
        }


class InvoiceTax(Base):
    """One tax on the net amount of an invoice, rounded once."""

    __tablename__ = "invoice_taxes"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    percent: Mapped[Decimal]
    amount: Mapped[Decimal]
