"""The operations on invoices. A caller of one unit sees that unit's invoices only; others do not exist for it."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code, Line
from finance.billing_profile.model import ProfileMissing
from finance.charge_plan.model import ChargeMode, UnknownPlan
from finance.consumer.model import ConsumerUnknown
from finance.invoice import actions, drafting, queries
from finance.invoice.model import (
    Credited,
    Invoice,
    InvoiceState,
    NotADraft,
    NotCharged,
    NotFinal,
    Outdated,
    RangeOverlaps,
)
from finance.invoice.schemas import (
    DraftedInvoices,
    DraftInvoices,
    FinalizeInvoice,
    InvoiceSummary,
    InvoiceView,
    VoidInvoice,
)
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies
from finance.ledger.model import AlreadyReversed, ClosingEntry
from finance.ledger.routes import POSTING

router = Router("invoices")

READ, DRAFT = "finance:invoice:read", "finance:invoice:draft"


@router.operation(
    "POST",
    "/invoices",
    permission=DRAFT,
    problems=[
        UnknownPlan,
        ConsumerUnknown,
        NotCharged,
        ProfileMissing,
        RangeOverlaps,
        NotWholePeriods,
        SeveralCurrencies,
    ],
    status=201,
    example={"plan": "telecom-by-headcount", "starts_on": "2023-04-01", "ends_on": "2024-04-01"},
)
async def draft_invoices(command: DraftInvoices, session: Session, now: Now) -> DraftedInvoices:
    """Draft invoices of what is charged now and not yet billed, one per consumer; drafts there are recomputed."""
    return await drafting.draft(session, command, now)


@router.operation("GET", "/invoices", permission=READ)
async def list_invoices(
    session: Session,
    caller: CurrentCaller,
    asked: AskedPage,
    plan_id: UUID | None = None,
    consumer_id: UUID | None = None,
    mode: ChargeMode | None = None,
    state: InvoiceState | None = None,
    number: Line | None = None,
    covers: date | None = None,
    cost_object: Code | None = None,
) -> Page[InvoiceSummary]:
    """List invoices without their lines."""
    query = select(Invoice).where(*queries.of_unit(caller.unit))
    asks = (
        (Invoice.plan_id, plan_id),
        (Invoice.consumer_id, consumer_id),
        (Invoice.mode, mode),
        (Invoice.state, state),
        (Invoice.number, number),
    )
    for column, wanted in asks:
        if wanted is not None:
            query = query.where(column == wanted)
    if covers:
        query = query.where(Invoice.starts_on <= covers, Invoice.ends_on > covers)
    if cost_object:
        query = query.where(queries.bills(cost_object))
    sorts = {
        "starts_on": Invoice.starts_on,
        "drafted_at": Invoice.drafted_at,
        "consumer_name": Invoice.consumer_name,
        "total": Invoice.total,
    }
    return await page(session, query, asked, sorts=sorts, tie=Invoice.id)


@router.operation("GET", "/invoices/{invoice_id}", permission=READ)
async def get_invoice(invoice_id: UUID, session: Session, caller: CurrentCaller) -> InvoiceView:
    """Show an invoice with its lines and taxes."""
    query = select(Invoice).where(Invoice.id == invoice_id, *queries.of_unit(caller.unit))
    if (invoice := await session.scalar(query)) is None:
        raise NoSuchResource(f"There is no Invoice with the id {invoice_id}.")
    return await queries.shown(session, invoice)


@router.operation(
    "POST",
    "/invoices/{invoice_id}/recomputation",
    permission=DRAFT,
    problems=[NotADraft, NotCharged, ProfileMissing],
)
async def recompute_invoice(
    invoice_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> InvoiceView:
    """Draft an invoice again from its current charges; it is discarded when nothing is left to be billed."""
    invoice = await queries.held(session, invoice_id, unit=caller.unit, version=version)
    invoice.must_be_draft()
    await drafting.recompute(session, invoice, now)
    await session.flush()
    return await queries.shown(session, invoice)


@router.operation("POST", "/invoices/{invoice_id}/discarding", permission=DRAFT, problems=[NotADraft])
async def discard_invoice(
    invoice_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller
) -> InvoiceView:
    """Discard a draft: its charges can be drafted anew."""
    invoice = await queries.held(session, invoice_id, unit=caller.unit, version=version)
    invoice.discard()
    await session.flush()
    return await queries.shown(session, invoice)


@router.operation(
    "POST",
    "/invoices/{invoice_id}/finalization",
    permission="finance:invoice:finalize",
    problems=[NotADraft, Outdated, NotCharged, ProfileMissing, *POSTING],
    example={"posted_on": "2024-03-31"},
)
async def finalize_invoice(
    invoice_id: UUID,
    command: FinalizeInvoice,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> InvoiceView:
    """Make a draft final before its days of grace end: it gets its number and is posted, unless it is a statement."""
    invoice = await queries.held(session, invoice_id, unit=caller.unit, version=version)
    await actions.finalize(session, invoice, posted_on=command.posted_on, actor=caller.subject, at=now)
    return await queries.shown(session, invoice)


@router.operation(
    "POST",
    "/invoices/{invoice_id}/voiding",
    permission="finance:invoice:void",
    problems=[NotFinal, Credited, AlreadyReversed, ClosingEntry, *POSTING],
    example={"reason": "Sent to the wrong unit"},
)
async def void_invoice(
    invoice_id: UUID,
    command: VoidInvoice,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> InvoiceView:
    """Take back all of a final invoice, once; its number stays used, and its charges can be invoiced again."""
    invoice = await queries.held(session, invoice_id, unit=caller.unit, version=version)
    await actions.void(session, invoice, reason=command.reason, actor=caller.subject, at=now)
    return await queries.shown(session, invoice)
