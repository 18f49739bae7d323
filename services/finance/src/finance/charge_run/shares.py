"""What consumers are charged of the cost of cost objects, by driver or by subscribed days."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from finance.allocation_run.queries import full_costs
from finance.charge.line import Charged
from finance.charge_plan.model import ChargeBasis, ChargePlan
from finance.charge_run.split import Costed, shares
from finance.charge_run.standing import allocation_of, refusal
from finance.charge_run.uncharged import Uncharged
from finance.charge_run.work import Work
from finance.cost_object.model import CostObject
from finance.driver.model import Quantity
from finance.driver.queries import of_consumers
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, costs
from finance.subscription.queries import subscribed_days


async def by_cost(session: AsyncSession, plan: ChargePlan, within: PeriodRange, objects: Sequence[CostObject]) -> Work:
    """The cost of every selected cost object on the plan's basis; of one that cost nothing, zero."""
    run = None
    if plan.basis == ChargeBasis.FULL:
        run = await allocation_of(session, plan, within)
        cost = await full_costs(session, run) if run else {}
    else:
        cost = await costs(session, within, CostBasis(plan.basis), {each.id for each in objects})
    lines: list[Charged] = []
    uncharged = Uncharged()
    by_driver = await _driver_quantities(session, plan, within)
    for each in objects:
        reason = refusal(each, within)
        consumers = [] if reason else by_driver or await _subscribers(session, plan, each, within)
        costed = Costed(each.id, each.code, each.service_id, cost.get(each.id, Decimal(0)))
        parts = shares(costed, consumers, within.currency)
        lines += parts
        if not parts:
            uncharged.say(each.code, reason or "no consumer used any of it")
    return Work(within.currency, lines, uncharged.listed(), run.id if run else None)


async def _driver_quantities(session: AsyncSession, plan: ChargePlan, within: PeriodRange) -> list[Quantity]:
    return await of_consumers(session, plan.driver_id, within.ends_on - timedelta(days=1)) if plan.driver_id else []


async def _subscribers(
    session: AsyncSession, plan: ChargePlan, each: CostObject, within: PeriodRange
) -> list[Quantity]:
    if plan.driver_id or each.service_id is None:
        return []
    ends_on = min(within.ends_on, each.closed_on or within.ends_on)
    return await subscribed_days(session, each.service_id, within.starts_on, ends_on)
