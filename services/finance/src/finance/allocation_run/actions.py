"""Carrying out an allocation model over a range of periods."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.allocation_model.queries import model_with, revision_for
from finance.allocation_model.schemas import CostPool
from finance.allocation_run import queries
from finance.allocation_run.direct import Pool, check_sources
from finance.allocation_run.model import AllocationRun
from finance.allocation_run.schemas import RunAllocation
from finance.driver.queries import driver_with, of_cost_objects
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import costs, period_range


async def run_allocation(session: AsyncSession, command: RunAllocation, now: datetime) -> AllocationRun:
    """Stores the run with its inputs and replaces the one before it. Two at once follow one another."""
    within = await period_range(session, command.starts_on, command.ends_on)
    model = await model_with(session, command.model)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"allocation {model.id}", 0))))
    revision = await revision_for(session, model.id, command.starts_on)
    codes: dict[UUID, str] = {}
    pools = [await _pool(session, CostPool.model_validate(pool), within, codes) for pool in revision.pools]
    check_sources(pools, codes)
    if earlier := await queries.current_run(session, model.id, command.starts_on, command.ends_on):
        earlier.replace(at=now)
        await session.flush()
    run, lines = AllocationRun.carry_out(model=model, revision=revision.number, within=within, pools=pools, at=now)
    session.add(run)
    await session.flush()
    session.add_all(lines)
    await session.flush()
    run.complete(model_code=model.code, objects=await queries.allocated_objects(session, run))
    await session.flush()
    return run


async def _pool(session: AsyncSession, rule: CostPool, within: PeriodRange, codes: dict[UUID, str]) -> Pool:
    """Resolves the rule to costs and quantities; `codes` collects the codes of all cost objects met."""
    sources = (await session.scalars(rule.sources.query())).all()
    targets = (await session.scalars(rule.targets.query())).all()
    codes |= {each.id: each.code for each in (*sources, *targets)}
    driver = await driver_with(session, rule.driver)
    quantities = await of_cost_objects(session, driver.id, within.ends_on - timedelta(days=1))
    return Pool(
        code=rule.code,
        costs=await costs(session, within, rule.basis, {source.id for source in sources}),
        quantities={target.id: quantities[target.id] for target in targets if target.id in quantities},
    )
