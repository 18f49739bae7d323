"""The operations on budget reservations."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Line
from finance.budget.model import NotBudgeted, Overspent
from finance.budget_reservation import actions
from finance.budget_reservation.model import BudgetReservation, NothingOpen, ReferenceTaken, Stage
from finance.budget_reservation.schemas import (
    BudgetReservationView,
    ReserveBudget,
    SpendReservation,
    SpentReservationView,
)
from finance.exchange_rate.model import RateUnknown
from finance.fiscal_period.model import NotOpen
from finance.ledger import reading
from finance.ledger.actions import Batch, post
from finance.ledger.entry import CostObjectClosed, Unknown
from finance.ledger.naming import named
from finance.ledger.queries import stored_entries
from finance.ledger.routes import POSTING

router = Router("budget-reservations")

READ, WRITE = "finance:budget-reservation:read", "finance:budget-reservation:write"
EXAMPLE = {
    "source": "procurement",
    "reference": "PR-2026-00417",
    "description": "Two database servers",
    "reserved_on": "2026-05-04",
    "cost_object": "DB-HOSTING",
    "nature": "Hardware",
    "amount": "18000.00",
    "currency": "CAD",
}
ENTRY = {
    "posted_on": "2026-06-12",
    "description": "Two database servers",
    "source": "accounts-payable",
    "reference": "INV-88123",
    "lines": [
        {"account": "5300", "amount": "17650.00", "currency": "CAD", "cost_object": "DB-HOSTING"},
        {"account": "2000", "amount": "-17650.00", "currency": "CAD"},
    ],
}


@router.operation(
    "POST",
    "/budget-reservations",
    permission=WRITE,
    problems=[ReferenceTaken, Unknown, NotOpen, CostObjectClosed, RateUnknown, Overspent, NotBudgeted],
    status=201,
    example=EXAMPLE,
)
async def reserve_budget(command: ReserveBudget, session: Session) -> BudgetReservationView:
    """Reserve money for a request or an order. Sent again, it is the reservation that is there."""
    return BudgetReservationView.model_validate(await actions.reserve(session, command))


@router.operation("GET", "/budget-reservations", permission=READ)
async def list_budget_reservations(
    session: Session,
    asked: AskedPage,
    budget_id: UUID | None = None,
    stage: Stage | None = None,
    source: Code | None = None,
    reference: Line | None = None,
) -> Page[BudgetReservationView]:
    """List budget reservations."""
    R = BudgetReservation
    query = select(R)
    for column, wanted in ((R.budget_id, budget_id), (R.stage, stage), (R.source, source), (R.reference, reference)):
        if wanted is not None:
            query = query.where(column == wanted)
    return await page(session, query, asked, sorts={"reserved_on": R.reserved_on}, tie=R.id)


@router.operation("GET", "/budget-reservations/{reservation_id}", permission=READ)
async def get_budget_reservation(reservation_id: UUID, session: Session) -> BudgetReservationView:
    """Show a budget reservation."""
    return BudgetReservationView.model_validate(await found(session, BudgetReservation, reservation_id))


@router.operation(
    "POST",
    "/budget-reservations/{reservation_id}/commitment",
    permission=WRITE,
    problems=[NothingOpen, Overspent],
)
async def commit_budget_reservation(
    reservation_id: UUID, version: ExpectedVersion, session: Session
) -> BudgetReservationView:
    """Turn a request into an order."""
    made = await found(session, BudgetReservation, reservation_id, version=version)
    await actions.order(session, made)
    return BudgetReservationView.model_validate(made)


@router.operation(
    "POST",
    "/budget-reservations/{reservation_id}/actual",
    permission="finance:budget-reservation:spend",
    problems=[NothingOpen, *POSTING],
    status=201,
    example={"entry": ENTRY},
)
async def spend_budget_reservation(
    reservation_id: UUID, command: SpendReservation, session: Session, caller: CurrentCaller, now: Now
) -> SpentReservationView:
    """Post the actual cost of what was reserved and settle as much; an entry posted before settles nothing again."""
    made = await actions.held_reservation(session, reservation_id)
    (entry,) = await named(session, [command.entry])
    if not await stored_entries(session, {(entry.source, entry.reference)}):
        await actions.spend(session, made, command.amount, posted_on=entry.posted_on)
    (posted,) = await post(session, Batch([entry], actor=caller.subject, at=now))
    (shown,) = await reading.shown(session, posted.entry_ids)
    return SpentReservationView(reservation=BudgetReservationView.model_validate(made), entry=shown)


@router.operation("POST", "/budget-reservations/{reservation_id}/release", permission=WRITE, problems=[NothingOpen])
async def release_budget_reservation(
    reservation_id: UUID, version: ExpectedVersion, session: Session
) -> BudgetReservationView:
    """Give back what is still open."""
    made = await found(session, BudgetReservation, reservation_id, version=version)
    await actions.release(session, made)
    return BudgetReservationView.model_validate(made)
