"""The operations on disputes. A caller of one unit disputes and sees that unit's invoices only."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from finance.billing_profile.model import ProfileMissing
from finance.credit_note.model import LineUnknown
from finance.credit_note.routes import CREDITING
from finance.dispute import actions
from finance.dispute.model import AlreadyDisputed, AlreadyResolved, CreditUnfit, Dispute, DisputeState, NotDisputable
from finance.dispute.schemas import DisputeView, OpenDispute, ResolveDispute
from finance.invoice.model import NotCharged
from finance.invoice.queries import held

router = Router("disputes")

READ = "finance:dispute:read"


@router.operation(
    "POST",
    "/invoices/{invoice_id}/disputes",
    permission="finance:dispute:open",
    problems=[AlreadyDisputed, NotDisputable, LineUnknown],
    status=201,
    example={"reason": "We left the building in March.", "line_numbers": [1]},
)
async def open_dispute(
    invoice_id: UUID, command: OpenDispute, session: Session, caller: CurrentCaller, now: Now
) -> DisputeView:
    """Dispute a draft or a final invoice, in part or as a whole; the clock then leaves the draft alone."""
    invoice = await held(session, invoice_id, unit=caller.unit)
    dispute = await actions.open_dispute(session, invoice, command, actor=caller.subject, at=now)
    return DisputeView.model_validate(dispute)


@router.operation("GET", "/disputes", permission=READ)
async def list_disputes(
    session: Session,
    caller: CurrentCaller,
    asked: AskedPage,
    invoice_id: UUID | None = None,
    state: DisputeState | None = None,
) -> Page[DisputeView]:
    """List disputes."""
    query = select(Dispute).where(*_of_unit(caller.unit))
    if invoice_id:
        query = query.where(Dispute.invoice_id == invoice_id)
    if state:
        query = query.where(Dispute.state == state)
    return await page(session, query, asked, sorts={"opened_at": Dispute.opened_at}, tie=Dispute.id)


@router.operation("GET", "/disputes/{dispute_id}", permission=READ)
async def get_dispute(dispute_id: UUID, session: Session, caller: CurrentCaller) -> DisputeView:
    """Show a dispute."""
    return DisputeView.model_validate(await _visible(session, dispute_id, caller.unit))


@router.operation(
    "POST",
    "/disputes/{dispute_id}/resolution",
    permission="finance:dispute:resolve",
    problems=[AlreadyResolved, CreditUnfit, NotCharged, ProfileMissing, *CREDITING],
    example={
        "upheld": True,
        "words": "The move was reported in February.",
        "credits": [{"line_number": 1, "amount": "12.50"}],
    },
)
async def resolve_dispute(
    dispute_id: UUID,
    command: ResolveDispute,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> DisputeView:
    """Uphold a dispute, with a credit note if the invoice is final, or reject it with words."""
    seen = await _visible(session, dispute_id, caller.unit)
    invoice = await held(session, seen.invoice_id)
    await session.refresh(seen)
    dispute = await found(session, Dispute, dispute_id, version=version)
    await actions.resolve(session, dispute, invoice, command, actor=caller.subject, at=now)
    return DisputeView.model_validate(dispute)


def _of_unit(unit: UUID | None) -> list[ColumnElement[bool]]:
    return [Dispute.consumer_id == unit] if unit else []


async def _visible(session: Session, id: UUID, unit: UUID | None) -> Dispute:
    dispute = await session.scalar(select(Dispute).where(Dispute.id == id, *_of_unit(unit)))
    if dispute is None:
        raise NoSuchResource(f"There is no Dispute with the id {id}.")
    return dispute
