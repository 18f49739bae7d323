"""Making invoices final, by hand or by the clock, and voiding them."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Problem
from finance.billing_profile.model import BillingProfile
from finance.charge_plan.model import ChargeMode
from finance.dispute.model import Dispute, DisputeState
from finance.fiscal_period.queries import year_holding
from finance.invoice import queries
from finance.invoice.drafting import content_of, recompute
from finance.invoice.model import Invoice, InvoiceState, Outdated
from finance.invoice.number import Series, next_number
from finance.invoice.posting import Document
from finance.ledger.actions import Batch, post, reverse
from finance.ledger.model import JournalEntry

SOURCE = "invoice"
TRY_AGAIN_AFTER = timedelta(hours=1)


async def finalize(
    session: AsyncSession, invoice: Invoice, *, posted_on: date | None, actor: str, at: datetime
) -> None:
    """Of a held draft. Outdated, Unknown (no fiscal year holds today), and what the ledger refuses."""
    invoice.must_be_draft()
    content = await content_of(session, invoice)
    if content is None or content.fingerprint != invoice.fingerprint:
        raise Outdated
    profile, amounts = content.terms.profile, await queries.amounts_of(session, invoice.id)
    year = await year_holding(session, at.date())
    series = Series.STATEMENT if invoice.mode == ChargeMode.SHOWBACK else Series.INVOICE
    number, numbered_at = await next_number(session, series, year, at)
    issued_on, entry_id = numbered_at.date(), None
    if invoice.mode == ChargeMode.CHARGEBACK:
        document = Document(SOURCE, invoice.id, number, invoice.consumer_id, invoice.currency, amounts, invoice.tax)
        day = posted_on or await queries.posting_day(session, invoice.ends_on - timedelta(days=1), issued_on)
        entry_id = await post_document(session, document, profile, posted_on=day, actor=actor, at=at)
    invoice.finalize(
        number=number,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=profile.payment_days),
        entry_id=entry_id,
        at=numbered_at,
        services=await queries.services_of(session, amounts),
    )
    await session.flush()


async def post_document(
    session: AsyncSession, document: Document, profile: BillingProfile, *, posted_on: date, actor: str, at: datetime
) -> UUID:
    late = await queries.any_closed(session, document.amounts.keys(), posted_on)
    entry = document.entry(profile, posted_on=posted_on, adjustment=late)
    (posted,) = await post(session, Batch([entry], actor=actor, at=at))
    return posted.entry_ids[0]


async def void(session: AsyncSession, invoice: Invoice, *, reason: str, actor: str, at: datetime) -> None:
    """Of a held invoice: the entry is reversed on its own day, or on the next open one; the number stays used.
    NotFinal, Credited, AlreadyReversed where somebody has reversed the entry by hand, and what the ledger refuses."""
    invoice.must_be_voidable()
    services = await queries.services_of(session, await queries.amounts_of(session, invoice.id))
    reversal_id = None
    if invoice.entry_id:
        entry = await session.get_one(JournalEntry, invoice.entry_id)
        day = await queries.posting_day(session, entry.posted_on, at.date())
        posted = await reverse(session, entry.id, posted_on=day, reason=reason, adjustment=False, actor=actor, at=at)
        (reversal_id,) = posted.entry_ids
    invoice.void(reason=reason, reversal_id=reversal_id, at=at, services=services)
    await session.flush()


async def finalize_due(session: AsyncSession, at: datetime) -> bool:
    """The clock's part: the draft whose days of grace ended first, unless it is disputed. What is outdated is
    recomputed and gets days of grace again; what the ledger refuses is put off, with the reason."""
    disputed = exists().where(Dispute.invoice_id == Invoice.id, Dispute.state == DisputeState.OPEN)
    due = [Invoice.state == InvoiceState.DRAFT, Invoice.finalize_at <= at, ~disputed]
    id = await session.scalar(select(Invoice.id).where(*due).order_by(Invoice.finalize_at, Invoice.id).limit(1))
    if id is None:
        return False
    invoice = await queries.held(session, id)
    if await session.scalar(select(Invoice.id).where(Invoice.id == id, *due)) is None:
        return True  # disputed, or no draft any more, by the time it was held
    try:
        async with session.begin_nested():
            await finalize(session, invoice, posted_on=None, actor="clock", at=at)
    except Outdated:
        await session.refresh(invoice)
        await recompute(session, invoice, at)
    except (Problem, DBAPIError) as refusal:
        await session.refresh(invoice)
        reason = refusal.detail if isinstance(refusal, Problem) else str(refusal.orig)
        invoice.put_off(until=at + TRY_AGAIN_AFTER, reason=reason[:1_000])
    await session.flush()
    return True
