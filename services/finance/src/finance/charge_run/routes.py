"""The operations on charge runs."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.charge_plan.model import UnknownPlan
from finance.charge_run.actions import run_charges
from finance.charge_run.model import ChargeRun, CurrencyDiffers, NotAllocated
from finance.charge_run.preview import preview
from finance.charge_run.schemas import ChargeRunPreview, ChargeRunView, PreviewCharges, RunCharges
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies
from finance.price_book.model import CannotSupersede, NotADraft
from finance.price_book.rating import AmountTooLarge

router = Router("charge-runs")

READ = "finance:charge-run:read"
RUNNING = [UnknownPlan, NotAllocated, CurrencyDiffers, NotWholePeriods, SeveralCurrencies, AmountTooLarge]
EXAMPLE = {"plan": "telecom-by-headcount", "starts_on": "2023-04-01", "ends_on": "2024-04-01"}


@router.operation(
    "POST",
    "/charge-runs",
    permission="finance:charge-run:run",
    problems=RUNNING,
    status=201,
    example=EXAMPLE,
)
async def carry_out_charges(command: RunCharges, session: Session, now: Now) -> ChargeRunView:
    """Charge a range to its consumers, in place of an earlier run of the same plan and range."""
    return ChargeRunView.model_validate(await run_charges(session, command, now))


@router.operation(
    "POST", "/charge-run-previews", permission=READ, problems=[*RUNNING, NotADraft, CannotSupersede], example=EXAMPLE
)
async def preview_charges(command: PreviewCharges, session: Session) -> ChargeRunPreview:
    """Show what a run would charge, and the difference to the current one, without keeping anything of it."""
    return await preview(session, command)


@router.operation("GET", "/charge-runs", permission=READ)
async def list_charge_runs(
    session: Session, asked: AskedPage, plan_id: UUID | None = None, covers: date | None = None, current: bool = True
) -> Page[ChargeRunView]:
    """List charge runs: the current ones, or with `current=false` also those that were replaced."""
    query = select(ChargeRun)
    if plan_id:
        query = query.where(ChargeRun.plan_id == plan_id)
    if covers:
        query = query.where(ChargeRun.starts_on <= covers, ChargeRun.ends_on > covers)
    if current:
        query = query.where(ChargeRun.replaced_at.is_(None))
    sorts = {"starts_on": ChargeRun.starts_on, "ran_at": ChargeRun.ran_at}
    return await page(session, query, asked, sorts=sorts, tie=ChargeRun.id)


@router.operation("GET", "/charge-runs/{run_id}", permission=READ)
async def get_charge_run(run_id: UUID, session: Session) -> ChargeRunView:
    """Show a charge run."""
    return ChargeRunView.model_validate(await found(session, ChargeRun, run_id))
