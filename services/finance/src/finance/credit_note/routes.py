"""The operations on credit notes. A caller of one unit sees those of that unit's invoices only."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from finance.credit_note import actions
from finance.credit_note.model import Credit, CreditNote, LineUnknown, NotToTheCent
from finance.credit_note.schemas import CreditNoteSummary, CreditNoteView, IssueCreditNote
from finance.invoice.model import CreditTooHigh, Invoice, NotFinal
from finance.invoice.queries import held, of_unit
from finance.ledger.routes import POSTING

router = Router("credit-notes")

READ = "finance:credit-note:read"
CREDITING = [NotFinal, LineUnknown, NotToTheCent, CreditTooHigh, *POSTING]


@router.operation(
    "POST",
    "/invoices/{invoice_id}/credit-notes",
    permission="finance:credit-note:issue",
    problems=CREDITING,
    status=201,
    example={"reason": "Mail was down on two days", "lines": [{"line_number": 1, "amount": "12.50"}]},
)
async def issue_credit_note(
    invoice_id: UUID, command: IssueCreditNote, session: Session, caller: CurrentCaller, now: Now
) -> CreditNoteView:
    """Give back some of a final invoice, with the tax on it."""
    invoice = await held(session, invoice_id, unit=caller.unit)
    parts = [Credit(line.line_number, line.amount) for line in command.lines]
    note = await actions.issue(
        session,
        invoice,
        parts,
        reason=command.reason,
        posted_on=command.posted_on,
        actor=caller.subject,
        at=now,
    )
    return await actions.shown(session, note)


@router.operation("GET", "/credit-notes", permission=READ)
async def list_credit_notes(
    session: Session, caller: CurrentCaller, asked: AskedPage, invoice_id: UUID | None = None
) -> Page[CreditNoteSummary]:
    """List credit notes."""
    query = select(CreditNote).join(Invoice, Invoice.id == CreditNote.invoice_id).where(*of_unit(caller.unit))
    if invoice_id:
        query = query.where(CreditNote.invoice_id == invoice_id)
    sorts = {"issued_on": CreditNote.issued_on, "number": CreditNote.number}
    return await page(session, query, asked, sorts=sorts, tie=CreditNote.id)


@router.operation("GET", "/credit-notes/{credit_note_id}", permission=READ)
async def get_credit_note(credit_note_id: UUID, session: Session, caller: CurrentCaller) -> CreditNoteView:
    """Show a credit note with its lines."""
    query = select(CreditNote).join(Invoice, Invoice.id == CreditNote.invoice_id)
    note = await session.scalar(query.where(CreditNote.id == credit_note_id, *of_unit(caller.unit)))
    if note is None:
        raise NoSuchResource(f"There is no CreditNote with the id {credit_note_id}.")
    return await actions.shown(session, note)
