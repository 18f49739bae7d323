"""What allocation runs are made of and what they say, each by one statement."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.allocation_run.events import AllocatedObject
from finance.allocation_run.model import AllocationLine, AllocationRole, AllocationRun
from finance.cost_object.model import CostObject
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance


async def current_run(session: AsyncSession, model_id: UUID, starts_on: date, ends_on: date) -> AllocationRun | None:
    R = AllocationRun
    query = select(R).where(
        R.model_id == model_id, R.starts_on == starts_on, R.ends_on == ends_on, R.replaced_at.is_(None)
    )
    return (await session.scalars(query)).one_or_none()


def objects_of(run: AllocationRun) -> Select[*tuple[Any, ...]]:
    """Per cost object: its own gross cost, what it gave to pools, received from them, and bears in full."""
    direct = balances(
        PeriodRange(run.starts_on, run.ends_on, run.currency), CostBasis.GROSS, PeriodBalance.cost_object_id
    )
    own = direct.where(PeriodBalance.cost_object_id.is_not(None)).subquery()

    def handed(role: AllocationRole) -> Any:
        return func.sum(case((AllocationLine.role == role, AllocationLine.amount), else_=0))

    moved = (
        select(
            AllocationLine.cost_object_id,
            handed(AllocationRole.SOURCE).label("given"),
            handed(AllocationRole.TARGET).label("received"),
        )
        .where(AllocationLine.run_id == run.id)
        .group_by(AllocationLine.cost_object_id)
        .subquery()
    )
    direct_cost = func.coalesce(own.c.cost, 0)
    return (
        select(
            CostObject.code.label("cost_object_code"),
            CostObject.name.label("cost_object_name"),
            CostObject.service_id,
            direct_cost.label("direct"),
            moved.c.given,
            moved.c.received,
            (direct_cost - moved.c.given + moved.c.received).label("full"),
        )
        .join_from(moved, CostObject, CostObject.id == moved.c.cost_object_id)
        .outerjoin(own, own.c.cost_object_id == CostObject.id)
    )


async def allocated_objects(session: AsyncSession, run: AllocationRun) -> list[AllocatedObject]:
    rows = (await session.execute(objects_of(run).order_by(CostObject.code))).mappings()
    return [AllocatedObject(**{name: row[name] for name in AllocatedObject.model_fields}) for row in rows]


async def full_costs(session: AsyncSession, run: AllocationRun) -> dict[UUID, Decimal]:
    """Full cost of every cost object that took part in the run."""
    query = objects_of(run).add_columns(CostObject.id)
    return {row.id: row.full for row in await session.execute(query)}


def lines_of(run_id: UUID) -> Select[*tuple[Any, ...]]:
    L = AllocationLine
    return (
        select(L.pool, CostObject.code.label("cost_object_code"), L.role, L.amount, L.driver_quantity)
        .join(CostObject, CostObject.id == L.cost_object_id)
        .where(L.run_id == run_id)
    )
