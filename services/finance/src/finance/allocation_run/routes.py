"""The operations on allocation runs."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.allocation_model.model import NotYetEffective, UnknownModel
from finance.allocation_run import queries
from finance.allocation_run.actions import run_allocation
from finance.allocation_run.direct import SourceIsTarget, SourceTwice
from finance.allocation_run.model import AllocationLine, AllocationRun
from finance.allocation_run.schemas import (
    AllocatedObjectView,
    AllocationLineView,
    AllocationRunView,
    RunAllocation,
)
from finance.cost_object.model import CostObject
from finance.driver.model import UnknownDriver
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies

router = Router("allocation-runs")

READ = "finance:allocation-run:read"


@router.operation(
    "POST",
    "/allocation-runs",
    permission="finance:allocation-run:run",
    problems=[
        UnknownModel,
        UnknownDriver,
        NotYetEffective,
        NotWholePeriods,
        SeveralCurrencies,
        SourceTwice,
        SourceIsTarget,
    ],
    status=201,
    example={"model": "full-cost", "starts_on": "2023-04-01", "ends_on": "2024-04-01"},
)
async def carry_out_allocation(command: RunAllocation, session: Session, now: Now) -> AllocationRunView:
    """Carry out an allocation model over a range, in place of an earlier run of the same."""
    return AllocationRunView.model_validate(await run_allocation(session, command, now))


@router.operation("GET", "/allocation-runs", permission=READ)
async def list_allocation_runs(
    session: Session, asked: AskedPage, model_id: UUID | None = None, covers: date | None = None, current: bool = True
) -> Page[AllocationRunView]:
    """List allocation runs: the current ones, or with `current=false` also those that were replaced."""
    query = select(AllocationRun)
    if model_id:
        query = query.where(AllocationRun.model_id == model_id)
    if covers:
        query = query.where(AllocationRun.starts_on <= covers, AllocationRun.ends_on > covers)
    if current:
        query = query.where(AllocationRun.replaced_at.is_(None))
    sorts = {"starts_on": AllocationRun.starts_on, "ran_at": AllocationRun.ran_at}
    return await page(session, query, asked, sorts=sorts, tie=AllocationRun.id)


@router.operation("GET", "/allocation-runs/{run_id}", permission=READ)
async def get_allocation_run(run_id: UUID, session: Session) -> AllocationRunView:
    """Show an allocation run."""
    return AllocationRunView.model_validate(await found(session, AllocationRun, run_id))


@router.operation("GET", "/allocation-runs/{run_id}/objects", permission=READ)
async def list_allocated_objects(run_id: UUID, session: Session, asked: AskedPage) -> Page[AllocatedObjectView]:
    """List what each cost object gave, received and bears in full."""
    query = queries.objects_of(await found(session, AllocationRun, run_id))
    return await page(session, query, asked, sorts={"code": CostObject.code}, tie=CostObject.id, by_row=True)


@router.operation("GET", "/allocation-runs/{run_id}/lines", permission=READ)
async def list_allocation_lines(run_id: UUID, session: Session, asked: AskedPage) -> Page[AllocationLineView]:
    """List what went into each pool and what came out of it, with the driver quantities that it followed."""
    await found(session, AllocationRun, run_id)
    # A cost object is in a pool once: together with the pool it keeps the order total.
    tie = AllocationLine.cost_object_id
    sorts = {"pool": AllocationLine.pool}
    return await page(session, queries.lines_of(run_id), asked, sorts=sorts, tie=tie, by_row=True)
