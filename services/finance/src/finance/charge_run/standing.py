"""What stands when a plan is carried out: the run before it, its allocation, what it may charge."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.allocation_run.model import AllocationRun
from finance.allocation_run.queries import current_run
from finance.charge_plan.model import ChargePlan
from finance.charge_run.model import ChargeRun, NotAllocated
from finance.cost_object.model import CostObject
from finance.fiscal_period.range import PeriodRange


async def current_charges(session: AsyncSession, plan_id: UUID, within: PeriodRange) -> ChargeRun | None:
    R = ChargeRun
    query = select(R).where(
        R.plan_id == plan_id,
        R.starts_on == within.starts_on,
        R.ends_on == within.ends_on,
        R.replaced_at.is_(None),
    )
    return (await session.scalars(query)).one_or_none()


async def allocation_of(session: AsyncSession, plan: ChargePlan, within: PeriodRange) -> AllocationRun | None:
    """The current run of the range; null if the plan names no model. NotAllocated if it names one that has none."""
    if plan.allocation_model_id is None:
        return None
    run = await current_run(session, plan.allocation_model_id, within.starts_on, within.ends_on)
    if run is None:
        raise NotAllocated(f"Run the allocation of [{within.starts_on}, {within.ends_on}) first.")
    return run


def refusal(cost_object: CostObject, within: PeriodRange) -> str | None:
    """Charges end with the end of a service: a range that begins on or after that day is not charged."""
    if cost_object.closed_on and cost_object.closed_on <= within.starts_on:
        return f"ended on {cost_object.closed_on}"
    return None if cost_object.chargeable else "not chargeable"
