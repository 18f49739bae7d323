"""Issuing credit notes, and showing them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, exact_sum
from finance.billing_profile.model import BillingProfile, NamedRate
from finance.charge_plan.model import ChargeMode
from finance.credit_note.model import (
    Credit,
    Creditable,
    CreditNote,
    CreditNoteLine,
    CreditNoteTax,
    check_lines,
    taxes_credited,
)
from finance.credit_note.schemas import CreditLine, CreditNoteSummary, CreditNoteView
from finance.fiscal_period.queries import year_holding
from finance.invoice import queries
from finance.invoice.actions import post_document
from finance.invoice.model import Invoice, InvoiceLine
from finance.invoice.number import Series, next_number
from finance.invoice.posting import Document
from finance.invoice.schemas import InvoiceTaxView

SOURCE = "credit-note"


async def issue(
    session: AsyncSession,
    invoice: Invoice,
    parts: Sequence[Credit],
    *,
    reason: str,
    posted_on: date | None,
    actor: str,
    at: datetime,
) -> CreditNote:
    """Of a held invoice. NotFinal, LineUnknown, NotToTheCent, CreditTooHigh, Unknown, and what the ledger refuses."""
    before, net = invoice.credited, exact_sum(credit.amount for credit in parts)
    lines = await queries.lines_of(session, invoice.id)
    check_lines({line.line_number: Creditable(line.amount, line.credited) for line in lines}, parts, invoice.currency)
    after = invoice.credit(net)
    rates = [NamedRate(tax.name, tax.percent) for tax in await queries.taxes_of(session, invoice.id)]
    taxes = taxes_credited(rates, before=before, after=after, currency=invoice.currency)
    amounts = await _by_cost_object(session, invoice.id, parts)
    number, issued_at = await next_number(session, Series.CREDIT_NOTE, await year_holding(session, at.date()), at)
    services = await queries.services_of(session, amounts)
    note = CreditNote.issue(
        invoice=invoice, number=number, reason=reason, net=net, taxes=taxes, issued_at=issued_at, services=services
    )
    if invoice.mode == ChargeMode.CHARGEBACK:
        taken = {id: amount.copy_negate() for id, amount in amounts.items()}
        document = Document(SOURCE, note.id, number, invoice.consumer_id, note.currency, taken, note.tax.copy_negate())
        profile = await session.get_one(BillingProfile, invoice.profile_id)
        day = posted_on or await queries.posting_day(session, note.issued_on, note.issued_on)
        note.entry_id = await post_document(session, document, profile, posted_on=day, actor=actor, at=at)
    session.add(note)
    await session.flush()
    session.add_all(CreditNoteLine(credit_note_id=note.id, **credit._asdict()) for credit in parts)
    session.add_all(
        CreditNoteTax(credit_note_id=note.id, name=tax.rate.name, percent=tax.rate.percent, amount=tax.amount)
        for tax in taxes
    )
    await session.flush()
    return note


async def _by_cost_object(session: AsyncSession, invoice_id: UUID, parts: Sequence[Credit]) -> dict[UUID, Decimal]:
    query = select(InvoiceLine.line_number, InvoiceLine.cost_object_id).where(InvoiceLine.invoice_id == invoice_id)
    places = {row[0]: row[1] for row in await session.execute(query)}
    amounts: dict[UUID, Decimal] = defaultdict(Decimal)
    for number, amount in parts:
        amounts[places[number]] = EXACT.add(amounts[places[number]], amount)
    return amounts


async def shown(session: AsyncSession, note: CreditNote) -> CreditNoteView:
    lines = select(CreditNoteLine).where(CreditNoteLine.credit_note_id == note.id).order_by(CreditNoteLine.line_number)
    taxes = select(CreditNoteTax).where(CreditNoteTax.credit_note_id == note.id).order_by(CreditNoteTax.name)
    return CreditNoteView(
        **dict(CreditNoteSummary.model_validate(note)),
        taxes=[InvoiceTaxView.model_validate(tax) for tax in await session.scalars(taxes)],
        lines=[CreditLine(line_number=line.line_number, amount=line.amount) for line in await session.scalars(lines)],
        version=note.version,
    )
