"""Carrying out a charge plan over a range of periods."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from finance.allocation_run.queries import current_run, full_costs
from finance.charge.model import Charge
from finance.charge_plan.model import ChargeBasis, ChargePlan
from finance.charge_plan.queries import hold, plan_with
from finance.charge_run.model import ChargeRun, NotAllocated
from finance.charge_run.schemas import RunCharges
from finance.charge_run.split import Costed, Share, shares
from finance.cost_object.model import CostObject
from finance.cost_object.selection import Selection
from finance.driver.model import Quantity
from finance.driver.queries import of_consumers
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, costs, period_range
from finance.subscription.queries import subscribed_days


async def run_charges(session: AsyncSession, command: RunCharges, now: datetime) -> ChargeRun:
    """Issues a charge to each consumer, in place of those of an earlier run of the same plan and range."""
    within = await period_range(session, command.starts_on, command.ends_on)
    plan = await plan_with(session, command.plan)
    await hold(session, plan.id)
    replaced = await _replace_current(session, plan, within, now)
    cost, allocation_run_id = await _costs(session, plan, within)
    run = ChargeRun.carry_out(plan=plan, allocation_run_id=allocation_run_id, within=within, at=now)
    session.add(run)
    await session.flush()
    issued, uncharged = await _shares(session, plan, within, cost)
    await _issue(session, run, plan, replaced, issued)
    run.conclude(total=exact_sum(share.amount for share in issued), uncharged=uncharged)
    await session.flush()
    return run


async def _replace_current(session: AsyncSession, plan: ChargePlan, within: PeriodRange, now: datetime) -> UUID | None:
    current = select(ChargeRun).where(
        ChargeRun.plan_id == plan.id,
        ChargeRun.starts_on == within.starts_on,
        ChargeRun.ends_on == within.ends_on,
        ChargeRun.replaced_at.is_(None),
    )
    earlier = (await session.scalars(current)).one_or_none()
    if earlier is None:
        return None
    earlier.replace(at=now)
    await session.execute(update(Charge).where(Charge.run_id == earlier.id).values(replaced_at=now))
    await session.flush()
    return earlier.id


async def _costs(
    session: AsyncSession, plan: ChargePlan, within: PeriodRange
) -> tuple[list[tuple[CostObject, Decimal]], UUID | None]:
    """The cost of every selected cost object on the plan's basis; of one that cost nothing, zero."""
    objects = (await session.scalars(Selection.model_validate(plan.cost_objects).query())).all()
    run = None
    if plan.basis == ChargeBasis.FULL and plan.allocation_model_id:
        run = await current_run(session, plan.allocation_model_id, within.starts_on, within.ends_on)
        if run is None:
            raise NotAllocated(f"Run the allocation of [{within.starts_on}, {within.ends_on}) first.")
        cost = await full_costs(session, run)
    else:
        cost = await costs(session, within, CostBasis(plan.basis), {each.id for each in objects})
    return [(each, cost.get(each.id, Decimal(0))) for each in objects], run.id if run else None


async def _shares(
    session: AsyncSession, plan: ChargePlan, within: PeriodRange, cost: list[tuple[CostObject, Decimal]]
) -> tuple[list[Share], list[dict[str, Any]]]:
    issued: list[Share] = []
    uncharged: list[dict[str, Any]] = []
    by_driver = await _driver_quantities(session, plan, within)
    for each, amount in cost:
        reason = _refusal(each, within)
        consumers = [] if reason else by_driver or await _subscribers(session, plan, each, within)
        parts = shares(Costed(each.id, each.code, each.service_id, amount), consumers, within.currency)
        issued += parts
        if not parts:
            uncharged.append({"cost_object_code": each.code, "reason": reason or "no consumer used any of it"})
    return issued, uncharged


def _refusal(cost_object: CostObject, within: PeriodRange) -> str | None:
    """Charges end with the end of a service: a range that begins on or after that day is not charged."""
    if cost_object.closed_on and cost_object.closed_on <= within.starts_on:
        return f"ended on {cost_object.closed_on}"
    return None if cost_object.chargeable else "not chargeable"


async def _driver_quantities(session: AsyncSession, plan: ChargePlan, within: PeriodRange) -> list[Quantity]:
    return await of_consumers(session, plan.driver_id, within.ends_on - timedelta(days=1)) if plan.driver_id else []


async def _subscribers(
    session: AsyncSession, plan: ChargePlan, each: CostObject, within: PeriodRange
) -> list[Quantity]:
    if plan.driver_id or each.service_id is None:
        return []
    ends_on = min(within.ends_on, each.closed_on or within.ends_on)
    return await subscribed_days(session, each.service_id, within.starts_on, ends_on)


async def _issue(
    session: AsyncSession, run: ChargeRun, plan: ChargePlan, replaced: UUID | None, issued: list[Share]
) -> None:
    by_consumer: dict[UUID, list[Share]] = defaultdict(list)
    for share in issued:
        by_consumer[share.consumer.target_id].append(share)
    made = [
        Charge.issue(
            run_id=run.id,
            replaces=replaced,
            mode=plan.mode,
            starts_on=run.starts_on,
            ends_on=run.ends_on,
            currency=run.currency,
            shares=of_consumer,
        )
        for of_consumer in by_consumer.values()
    ]
    session.add_all(charge for charge, _ in made)
    await session.flush()
    session.add_all(line for _, lines in made for line in lines)
    await session.flush()
