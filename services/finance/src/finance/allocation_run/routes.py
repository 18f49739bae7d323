"""The operations on allocation runs."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import InvalidRequest
from chassis.text import Code
from finance.allocation_model.model import NotYetEffective, UnknownModel
from finance.allocation_run import explaining, queries, tracing
from finance.allocation_run.actions import run_allocation
from finance.allocation_run.explained import AllocatedEntryView, AllocationBearers, AllocationExplanation
from finance.allocation_run.explaining import TookNoPart
from finance.allocation_run.model import (
    AllocatedConsumer,
    AllocatedCost,
    AllocatedPool,
    AllocationLine,
    AllocationRun,
    ConsumerLine,
)
from finance.allocation_run.preview import preview
from finance.allocation_run.reciprocal import LoopWithoutLeak
from finance.allocation_run.register import NegativeDriver, SourceIsTarget, SourceTwice, UnknownParty
from finance.allocation_run.schemas import (
    AllocatedConsumerView,
    AllocatedObjectView,
    AllocatedPoolView,
    AllocationLineView,
    AllocationPreview,
    AllocationRunView,
    ConsumerLineView,
    RunAllocation,
)
from finance.allocation_run.trace import Untraceable
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.driver.model import UnknownDriver
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies
from finance.ledger.model import JournalEntry

router = Router("allocation-runs")

READ = "finance:allocation-run:read"
EXAMPLE = {"model": "full-cost", "starts_on": "2023-04-01", "ends_on": "2024-04-01"}
RUNNING = [
    UnknownModel,
    UnknownDriver,
    NotYetEffective,
    NotWholePeriods,
    SeveralCurrencies,
    UnknownParty,
    SourceTwice,
    SourceIsTarget,
    NegativeDriver,
    LoopWithoutLeak,
]


@router.operation(
    "POST",
    "/allocation-runs",
    permission="finance:allocation-run:run",
    problems=RUNNING,
    status=201,
    example=EXAMPLE,
)
async def carry_out_allocation(command: RunAllocation, session: Session, now: Now) -> AllocationRunView:
    """Carry out an allocation model over a range, in place of an earlier run of the same."""
    return AllocationRunView.model_validate(await run_allocation(session, command, now))


@router.operation("POST", "/allocation-previews", permission=READ, problems=RUNNING, example=EXAMPLE)
async def preview_allocation(command: RunAllocation, session: Session, now: Now) -> AllocationPreview:
    """Show what a run would say and change, without keeping anything of it."""
    return await preview(session, command, now)


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
    await found(session, AllocationRun, run_id)
    query = queries.objects_of(run_id)
    sorts = {"code": CostObject.code, "full": AllocatedCost.full}
    return await page(session, query, asked, sorts=sorts, tie=CostObject.id, by_row=True)


@router.operation("GET", "/allocation-runs/{run_id}/consumers", permission=READ)
async def list_allocated_consumers(run_id: UUID, session: Session, asked: AskedPage) -> Page[AllocatedConsumerView]:
    """List what each consumer bears."""
    await found(session, AllocationRun, run_id)
    query = queries.consumers_of(run_id)
    sorts = {"code": Consumer.code, "amount": AllocatedConsumer.amount}
    return await page(session, query, asked, sorts=sorts, tie=Consumer.id, by_row=True)


@router.operation("GET", "/allocation-runs/{run_id}/pools", permission=READ)
async def list_allocated_pools(run_id: UUID, session: Session, asked: AskedPage) -> Page[AllocatedPoolView]:
    """List what each pool held, gave and kept, in the order of the model."""
    await found(session, AllocationRun, run_id)
    query = select(AllocatedPool).where(AllocatedPool.run_id == run_id)
    sorts = {"number": AllocatedPool.number, "cost": AllocatedPool.cost, "kept": AllocatedPool.kept}
    return await page(session, query, asked, sorts=sorts, tie=AllocatedPool.pool)


@router.operation("GET", "/allocation-runs/{run_id}/lines", permission=READ)
async def list_allocation_lines(
    run_id: UUID, session: Session, asked: AskedPage, pool: Code | None = None, cost_object: Code | None = None
) -> Page[AllocationLineView]:
    """List what went into each pool and what came out of it, with the driver quantities that it followed."""
    await found(session, AllocationRun, run_id)
    query = queries.lines_of(run_id)
    if pool:
        query = query.where(AllocationLine.pool == pool)
    if cost_object:
        query = query.where(CostObject.code == cost_object)
    # A cost object is in a pool once: together with the pool it keeps the order total.
    tie = AllocationLine.cost_object_id
    return await page(session, query, asked, sorts={"pool": AllocationLine.pool}, tie=tie, by_row=True)


@router.operation("GET", "/allocation-runs/{run_id}/consumer-lines", permission=READ)
async def list_consumer_lines(
    run_id: UUID, session: Session, asked: AskedPage, pool: Code | None = None, consumer: Code | None = None
) -> Page[ConsumerLineView]:
    """List what each pool gave to consumers, with the driver quantities that it followed."""
    await found(session, AllocationRun, run_id)
    query = queries.consumer_lines_of(run_id)
    if pool:
        query = query.where(ConsumerLine.pool == pool)
    if consumer:
        query = query.where(Consumer.code == consumer)
    tie = ConsumerLine.consumer_id
    return await page(session, query, asked, sorts={"pool": ConsumerLine.pool}, tie=tie, by_row=True)


@router.operation("GET", "/allocation-runs/{run_id}/explanation", permission=READ, problems=[TookNoPart, Untraceable])
async def explain_allocation(
    run_id: UUID, session: Session, cost_object: Code | None = None, consumer: Code | None = None
) -> AllocationExplanation:
    """Explain what a cost object or a consumer bears: by which pools it came, and on whom it was posted."""
    run = await found(session, AllocationRun, run_id)
    if cost_object and not consumer:
        return await explaining.explain_object(session, run, cost_object)
    if consumer and not cost_object:
        return await explaining.explain_consumer(session, run, consumer)
    raise InvalidRequest("Give either cost_object or consumer.")


@router.operation("GET", "/allocation-runs/{run_id}/bearers", permission=READ, problems=[TookNoPart, Untraceable])
async def list_bearers(run_id: UUID, session: Session, cost_object: Code) -> AllocationBearers:
    """Show who bears, in the end, the cost that was posted on a cost object."""
    run = await found(session, AllocationRun, run_id)
    source = await explaining.object_id(session, cost_object)
    return await tracing.bearers(session, run, source, cost_object)


@router.operation("GET", "/allocation-runs/{run_id}/entries", permission=READ, problems=[TookNoPart])
async def list_allocated_entries(
    run_id: UUID, session: Session, asked: AskedPage, cost_object: Code
) -> Page[AllocatedEntryView]:
    """List the journal entries whose cost a cost object brought into the run."""
    run = await found(session, AllocationRun, run_id)
    query = explaining.entries_of(run, await explaining.object_id(session, cost_object))
    sorts = {"posted_on": JournalEntry.posted_on}
    return await page(session, query, asked, sorts=sorts, tie=JournalEntry.id, by_row=True)
