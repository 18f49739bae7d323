"""The operations on charges. A caller of one unit sees that unit's charges only; others do not exist for it."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.identity import Caller
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from finance.charge import queries
from finance.charge.model import Charge, ChargeLine
from finance.charge.schemas import ChargeExplanation, ChargeLineView, ChargeView
from finance.charge_run.model import ChargeRun
from finance.cost_object.model import CostObject

router = Router("charges")

READ = "finance:charge:read"


@router.operation("GET", "/charges", permission=READ)
async def list_charges(
    session: Session,
    caller: CurrentCaller,
    asked: AskedPage,
    consumer_id: UUID | None = None,
    run_id: UUID | None = None,
    covers: date | None = None,
    current: bool = True,
) -> Page[ChargeView]:
    """List charges: the current ones, or with `current=false` also those that were replaced."""
    query = select(Charge)
    if caller.unit:
        query = query.where(Charge.consumer_id == caller.unit)
    if consumer_id:
        query = query.where(Charge.consumer_id == consumer_id)
    if run_id:
        query = query.where(Charge.run_id == run_id)
    if covers:
        query = query.where(Charge.starts_on <= covers, Charge.ends_on > covers)
    if current:
        query = query.where(Charge.replaced_at.is_(None))
    sorts = {"starts_on": Charge.starts_on, "total": Charge.total, "consumer_name": Charge.consumer_name}
    return await page(session, query, asked, sorts=sorts, tie=Charge.id)


async def _visible(session: Session, caller: Caller, charge_id: UUID) -> Charge:
    charge = await found(session, Charge, charge_id)
    if caller.unit and charge.consumer_id != caller.unit:
        raise NoSuchResource(f"There is no Charge with the id {charge_id}.")
    return charge


@router.operation("GET", "/charges/{charge_id}", permission=READ)
async def get_charge(charge_id: UUID, session: Session, caller: CurrentCaller) -> ChargeView:
    """Show a charge."""
    return ChargeView.model_validate(await _visible(session, caller, charge_id))


@router.operation("GET", "/charges/{charge_id}/lines", permission=READ)
async def list_charge_lines(
    charge_id: UUID, session: Session, caller: CurrentCaller, asked: AskedPage
) -> Page[ChargeLineView]:
    """List the lines of a charge: one per cost object, or per item and price version in each fiscal period."""
    await _visible(session, caller, charge_id)
    sorts = {"code": CostObject.code}
    return await page(session, queries.lines_of(charge_id), asked, sorts=sorts, tie=ChargeLine.id, by_row=True)


@router.operation("GET", "/charges/{charge_id}/explanation", permission=READ)
async def explain_charge(charge_id: UUID, session: Session, caller: CurrentCaller) -> ChargeExplanation:
    """Explain a charge: from each line back to price and usage, or to drivers, pools, costs and entries."""
    charge = await _visible(session, caller, charge_id)
    return await queries.explain(session, charge, await found(session, ChargeRun, charge.run_id))
