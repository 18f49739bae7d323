"""Carrying out an allocation model over a range of periods, to be kept or only to be seen."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from finance.allocation_model.model import AllocationModel
from finance.allocation_model.queries import model_with, revision_for
from finance.allocation_model.schemas import Layer
from finance.allocation_run import inputs, queries, result
from finance.allocation_run.calculation import LayerRun
from finance.allocation_run.model import AllocatedPool, AllocationRun
from finance.allocation_run.register import Register, pools_of
from finance.allocation_run.schemas import RunAllocation
from finance.allocation_run.standing import Standing
from finance.allocation_run.writing import Writing
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import period_range


@dataclass(frozen=True)
class Carried:
    """A run that is not stored, and what it came to."""

    run: AllocationRun
    pools: list[AllocatedPool]
    borne: list[result.Borne]


async def run_allocation(session: AsyncSession, command: RunAllocation, now: datetime) -> AllocationRun:
    """Stores the run with its inputs and replaces the one before it. Two at once follow one another."""
    model = await model_with(session, command.model)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"allocation {model.id}", 0))))
    if earlier := await queries.current_run(session, model.id, command.starts_on, command.ends_on):
        earlier.replace(at=now)
        await session.flush()
    made = await carry_out(session, model, command, now, store=True)
    made.run.complete(model_code=model.code, objects=result.announced(made.borne))
    await session.flush()
    return made.run


async def carry_out(
    session: AsyncSession, model: AllocationModel, command: RunAllocation, now: datetime, *, store: bool
) -> Carried:
    """Layer by layer; with `store` its rows are written on the way."""
    within = await period_range(session, command.starts_on, command.ends_on)
    revision = await revision_for(session, model.id, command.starts_on)
    layers = [Layer.model_validate(layer) for layer in revision.layers]
    register = await inputs.register(session, layers, within)
    run_id = uuid7()
    writing = Writing(session, run_id, register.parties) if store else None
    standing, pools = await _layers(session, layers, register, within, run_id, writing)
    borne = result.borne(register, standing, within.currency)
    run = AllocationRun.carry_out(
        id=run_id,
        model=model,
        revision=revision.number,
        within=within,
        **asdict(result.totals(standing, within.currency)),
        at=now,
    )
    if writing:
        session.add(run)
        await session.flush()
        await writing.finish(pools, borne)
    return Carried(run, pools, borne)


async def _layers(
    session: AsyncSession,
    layers: Sequence[Layer],
    register: Register,
    within: PeriodRange,
    run_id: UUID,
    writing: Writing | None,
) -> tuple[Standing[int], list[AllocatedPool]]:
    standing = await inputs.standing(session, register, within)
    drivers = await inputs.drivers(session, register, layers, within)
    places, pools = result.places(layers), []
    for layer in layers:
        run = LayerRun(standing, layer.method, pools_of(layer, register, standing, drivers))
        outcomes = run.outcomes()
        # In a thread, so that other requests are answered while a large layer is worked out.
        while outcome := await to_thread(next, outcomes, None):
            pools.append(result.pool_row(run_id, outcome, places[outcome.pool.code]))
            if writing:
                await writing.outcome(outcome)
        for pool, given in run.givings():
            if writing:
                await writing.given(pool.code, given)
    return standing, pools
