"""What runs of allocation say, each by one statement."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.allocation_run.model import (
    AllocatedConsumer,
    AllocatedCost,
    AllocationLine,
    AllocationRun,
    ConsumerLine,
)
from finance.allocation_run.register import Party
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject


async def current_run(session: AsyncSession, model_id: UUID, starts_on: date, ends_on: date) -> AllocationRun | None:
    R = AllocationRun
    query = select(R).where(
        R.model_id == model_id, R.starts_on == starts_on, R.ends_on == ends_on, R.replaced_at.is_(None)
    )
    return (await session.scalars(query)).one_or_none()


def objects_of(run_id: UUID) -> Select[*tuple[Any, ...]]:
    A = AllocatedCost
    return (
        select(
            CostObject.code.label("cost_object_code"),
            CostObject.name.label("cost_object_name"),
            CostObject.service_id,
            A.direct,
            A.given,
            A.received,
            A.full,
            A.exact,
        )
        .join(CostObject, CostObject.id == A.cost_object_id)
        .where(A.run_id == run_id)
    )


def consumers_of(run_id: UUID) -> Select[*tuple[Any, ...]]:
    A = AllocatedConsumer
    return (
        select(
            A.consumer_id,
            Consumer.code.label("consumer_code"),
            Consumer.name.label("consumer_name"),
            A.amount,
            A.exact,
        )
        .join(Consumer, Consumer.id == A.consumer_id)
        .where(A.run_id == run_id)
    )


async def full_costs(session: AsyncSession, run: AllocationRun) -> dict[UUID, Decimal]:
    """What each cost object or consumer that took part in the run bears, by its id."""
    costs = select(AllocatedCost.cost_object_id, AllocatedCost.full).where(AllocatedCost.run_id == run.id)
    consumers = select(AllocatedConsumer.consumer_id, AllocatedConsumer.amount)
    both = costs.union_all(consumers.where(AllocatedConsumer.run_id == run.id))
    return {row[0]: row[1] for row in await session.execute(both)}


async def parties(session: AsyncSession, run: AllocationRun) -> dict[UUID, Party]:
    """Who took part in the run, by id."""
    C = CostObject
    objects = select(C.id, C.code, C.kind).join(AllocatedCost, AllocatedCost.cost_object_id == C.id)
    consumers = select(Consumer.id, Consumer.code).join(AllocatedConsumer, AllocatedConsumer.consumer_id == Consumer.id)
    found = [
        *await session.execute(objects.where(AllocatedCost.run_id == run.id)),
        *await session.execute(consumers.where(AllocatedConsumer.run_id == run.id)),
    ]
    return {row[0]: Party(*row) for row in found}


def lines_of(run_id: UUID) -> Select[*tuple[Any, ...]]:
    L = AllocationLine
    return (
        select(L.pool, CostObject.code.label("cost_object_code"), L.role, L.amount, L.driver_quantity, L.kept, L.own)
        .join(CostObject, CostObject.id == L.cost_object_id)
        .where(L.run_id == run_id)
    )


def consumer_lines_of(run_id: UUID) -> Select[*tuple[Any, ...]]:
    L = ConsumerLine
    return (
        select(L.pool, Consumer.code.label("consumer_code"), L.amount, L.driver_quantity)
        .join(Consumer, Consumer.id == L.consumer_id)
        .where(L.run_id == run_id)
    )
