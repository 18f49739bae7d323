"""Carrying out a charge plan over a range of periods, in place of an earlier run of the same."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from finance.charge.line import Charged
from finance.charge.model import Charge, ChargeLine
from finance.charge_plan.model import ChargeBasis, ChargePlan
from finance.charge_plan.queries import hold, plan_with
from finance.charge_run.model import ChargeRun
from finance.charge_run.prices import by_prices
from finance.charge_run.schemas import RunCharges
from finance.charge_run.shares import by_cost
from finance.charge_run.standing import current_charges
from finance.charge_run.work import Work
from finance.cost_object.selection import Selection
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import period_range
from finance.price_book.model import NotADraft, PriceVersion

LINES_AT_ONCE = 5_000


async def run_charges(session: AsyncSession, command: RunCharges, now: datetime) -> ChargeRun:
    """Issues a charge to each consumer, in place of those of an earlier run of the same plan and range."""
    within = await period_range(session, command.starts_on, command.ends_on)
    plan = await plan_with(session, command.plan)
    await hold(session, plan.id)
    replaced = await _replace_current(session, plan, within, now)
    work = await work_out(session, plan, within)
    run = ChargeRun.carry_out(plan=plan, work=work, within=within, at=now)
    session.add(run)
    await session.flush()
    await _issue(session, run, plan, replaced, work.lines)
    return run


async def work_out(
    session: AsyncSession, plan: ChargePlan, within: PeriodRange, *, draft: PriceVersion | None = None
) -> Work:
    """What the plan comes to; nothing is kept. `draft`: a version of its price book as if it were published."""
    objects = (await session.scalars(Selection.model_validate(plan.cost_objects).query())).all()
    if plan.basis == ChargeBasis.PRICES:
        return await by_prices(session, plan, within, objects, draft=draft)
    if draft:
        raise NotADraft(f"{plan.code} charges by no price book, and so by none of its drafts.")
    return await by_cost(session, plan, within, objects)


async def _replace_current(session: AsyncSession, plan: ChargePlan, within: PeriodRange, now: datetime) -> UUID | None:
    earlier = await current_charges(session, plan.id, within)
    if earlier is None:
        return None
    earlier.replace(at=now)
    await session.execute(update(Charge).where(Charge.run_id == earlier.id).values(replaced_at=now))
    await session.flush()
    return earlier.id


async def _issue(
    session: AsyncSession, run: ChargeRun, plan: ChargePlan, replaced: UUID | None, lines: Sequence[Charged]
) -> None:
    by_consumer: dict[UUID, list[Charged]] = defaultdict(list)
    for line in lines:
        by_consumer[line.consumer.target_id].append(line)
    made = [
        Charge.issue(
            run_id=run.id,
            replaces=replaced,
            mode=plan.mode,
            starts_on=run.starts_on,
            ends_on=run.ends_on,
            currency=run.currency,
            lines=of_consumer,
        )
        for of_consumer in by_consumer.values()
    ]
    session.add_all(made)
    await session.flush()
    rows = [ChargeLine.row(charge.id, line) for charge in made for line in by_consumer[charge.consumer_id]]
    for first in range(0, len(rows), LINES_AT_ONCE):
        await session.execute(insert(ChargeLine), rows[first : first + LINES_AT_ONCE])
