"""Charge plans by their code, and one after another."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.charge_plan.model import ChargePlan, UnknownPlan


async def plan_with(session: AsyncSession, code: str) -> ChargePlan:
    """UnknownPlan when there is none."""
    plan = await session.scalar(select(ChargePlan).where(ChargePlan.code == code))
    if plan is None:
        raise UnknownPlan(f"There is no charge plan {code!r}.")
    return plan


async def hold(session: AsyncSession, plan_id: UUID) -> None:
    """Until this transaction ends, nobody else charges, drafts or invoices by this plan."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"charge {plan_id}", 0))))
