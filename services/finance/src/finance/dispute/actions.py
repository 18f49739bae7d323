"""Opening and resolving disputes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from finance.credit_note import actions as credit_notes
from finance.credit_note.model import Credit, CreditNote, LineUnknown
from finance.dispute.model import CreditUnfit, Dispute
from finance.dispute.schemas import OpenDispute, ResolveDispute
from finance.invoice import drafting, queries
from finance.invoice.events import BilledService
from finance.invoice.model import Invoice, InvoiceState
from finance.invoice.schemas import InvoiceLineView


async def open_dispute(
    session: AsyncSession, invoice: Invoice, command: OpenDispute, *, actor: str, at: datetime
) -> Dispute:
    """Of a held invoice. NotDisputable, LineUnknown, AlreadyDisputed."""
    lines = {line.line_number: line for line in await queries.lines_of(session, invoice.id)}
    if unknown := set(command.line_numbers) - lines.keys():
        raise LineUnknown(f"The invoice has no line {min(unknown)}.")
    disputed = set(command.line_numbers) or lines.keys()
    dispute = Dispute.open(
        invoice=invoice,
        line_numbers=set(command.line_numbers),
        reason=command.reason,
        actor=actor,
        at=at,
        services=[_service(lines[number]) for number in sorted(disputed)],
    )
    session.add(dispute)
    await session.flush()
    return dispute


async def resolve(
    session: AsyncSession, dispute: Dispute, invoice: Invoice, command: ResolveDispute, *, actor: str, at: datetime
) -> None:
    """Of a held invoice. AlreadyResolved, CreditUnfit, and what crediting refuses."""
    dispute.must_be_open()
    final = invoice.state == InvoiceState.FINAL
    if bool(command.credits) != (command.upheld and final):
        raise CreditUnfit(f"The invoice is {invoice.state}.", state=invoice.state)
    note = await _credit(session, invoice, command, actor=actor, at=at) if command.credits else None
    lines = {line.line_number: line for line in await queries.lines_of(session, invoice.id)}
    dispute.resolve(
        upheld=command.upheld,
        words=command.words,
        credit_note_id=note.id if note else None,
        currency=invoice.currency,
        actor=actor,
        at=at,
        services=[
            _service(lines[credit.line_number]).model_copy(update={"amount": credit.amount})
            for credit in command.credits
        ],
    )
    if command.upheld and invoice.state == InvoiceState.DRAFT:
        await drafting.recompute(session, invoice, at)
    await session.flush()


async def _credit(
    session: AsyncSession, invoice: Invoice, command: ResolveDispute, *, actor: str, at: datetime
) -> CreditNote:
    parts = [Credit(line.line_number, line.amount) for line in command.credits]
    return await credit_notes.issue(
        session,
        invoice,
        parts,
        reason=command.words.splitlines()[0][:200],
        posted_on=command.posted_on,
        actor=actor,
        at=at,
    )


def _service(line: InvoiceLineView) -> BilledService:
    return BilledService(cost_object_code=line.cost_object_code, service_id=line.service_id, amount=line.amount)
