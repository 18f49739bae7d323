"""A credit note: what is given back of some lines of a final invoice, and of the taxes on them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import EXACT, exact_sum, minor_unit, plain, round_to
from chassis.problems import Invalid
from finance.billing_profile.model import NamedRate
from finance.credit_note.events import CreditNoteIssued
from finance.db import Base
from finance.invoice.content import Tax, taxes_on
from finance.invoice.events import BilledService
from finance.invoice.model import CreditTooHigh, Invoice


class LineUnknown(Invalid, code="finance.credit-note.line-unknown"):
    """The invoice has no such line, or it is named twice."""


class NotToTheCent(Invalid, code="finance.credit-note.not-to-the-cent"):
    """The amount has more decimals than its currency."""


class Credit(NamedTuple):
    """So much net of one line of an invoice is given back."""

    line_number: int
    amount: Decimal


class Creditable(NamedTuple):
    """A line of an invoice, and what earlier credit notes have given back of it."""

    amount: Decimal
    credited: Decimal


def check_lines(lines: Mapping[int, Creditable], parts: Sequence[Credit], currency: str) -> None:
    """LineUnknown, NotToTheCent, CreditTooHigh. A negative line gave something back itself: none of it is credited."""
    if len({credit.line_number for credit in parts}) < len(parts):
        raise LineUnknown("Name each line once.")
    for number, amount in parts:
        if (line := lines.get(number)) is None:
            raise LineUnknown(f"The invoice has no line {number}.")
        if round_to(amount, minor_unit(currency)) != amount:
            raise NotToTheCent(f"{plain(amount)} has more than {minor_unit(currency)} decimals.")
        left = max(EXACT.subtract(line.amount, line.credited), Decimal(0))
        if amount > left:
            raise CreditTooHigh(f"{plain(left)} {currency} of line {number} are left.", line=number, left=plain(left))


def taxes_credited(rates: Sequence[NamedRate], *, before: Decimal, after: Decimal, currency: str) -> list[Tax]:
    """The tax on all that is credited net with this note, less the tax on what was before it.

    So tax is rounded at the level of the invoice here too, and the note that credits the last cent net takes the last
    cent of tax.
    """
    earlier, now = taxes_on(before, rates, currency), taxes_on(after, rates, currency)
    return [Tax(b.rate, EXACT.subtract(b.amount, a.amount)) for a, b in zip(earlier, now, strict=True)]


class CreditNote(Aggregate, Base):
    """Amounts are above zero. Never changed; total = net + tax."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("net > 0 AND total = net + tax AND total <> 'NaN'", name="total"),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), index=True)
    number: Mapped[str]
    reason: Mapped[str]
    currency: Mapped[str]
    net: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    issued_on: Mapped[date] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))

    @classmethod
    def issue(
        cls,
        *,
        invoice: Invoice,
        number: str,
        reason: str,
        net: Decimal,
        taxes: Sequence[Tax],
        issued_at: datetime,
        services: Sequence[BilledService],
    ) -> "CreditNote":
        tax = exact_sum(each.amount for each in taxes)
        note = cls(
            invoice_id=invoice.id,
            number=number,
            reason=reason,
            currency=invoice.currency,
            net=net,
            tax=tax,
            total=EXACT.add(net, tax),
            issued_on=issued_at.date(),
            issued_at=issued_at,
        )
        note.record(
            CreditNoteIssued(
                credit_note_id=note.id,
                number=number,
                invoice_id=invoice.id,
                invoice_number=invoice.number or "",
                customer_id=invoice.consumer_id,
                issued_on=note.issued_on,
                currency=note.currency,
                net=net,
                tax=tax,
                total=note.total,
                reason=reason,
                services=list(services),
            )
        )
        return note


class CreditNoteLine(Base):
    """`line_number` is that of the invoice."""

    __tablename__ = "credit_note_lines"
    __table_args__ = (CheckConstraint("amount > 0 AND amount <> 'NaN'", name="amount"),)

    credit_note_id: Mapped[UUID] = mapped_column(ForeignKey("credit_notes.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]


class CreditNoteTax(Base):
    __tablename__ = "credit_note_taxes"

    credit_note_id: Mapped[UUID] = mapped_column(ForeignKey("credit_notes.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    percent: Mapped[Decimal]
    amount: Mapped[Decimal]
