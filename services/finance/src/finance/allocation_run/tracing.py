"""Following the pools of a stored run up and down: a handful of statements, however many lines there are."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Numeric, Text, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.allocation_run.explained import SHOWN, AllocationBearers, Bearer, Origin
from finance.allocation_run.model import AllocatedPool, AllocationLine, AllocationRole, AllocationRun, ConsumerLine
from finance.allocation_run.pool import amount_of, units
from finance.allocation_run.trace import Source, Trace, TracedPool, shares_of
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject

L = AllocationLine
ZERO = Decimal(0)


async def origins(session: AsyncSession, run_id: UUID, received: Mapping[str, int]) -> list[Origin]:
    """On whom was posted what was received from pools, largest first; adds up to that exactly."""
    found = (await _trace(session, run_id)).origins(received)
    names = await _names(session, found)
    return [
        Origin(cost_object_code=names[id][0] or "", cost_object_name=names[id][2], amount=amount_of(amount))
        for id, amount in sorted(found.items(), key=lambda share: -abs(share[1]))
    ]


async def bearers(session: AsyncSession, run: AllocationRun, source: UUID, code: str) -> AllocationBearers:
    """Adds up exactly to what was posted on the source and went into pools."""
    trace = await _trace(session, run.id)
    own, passed = trace.own(source), trace.passed(source)
    weights = {**trace.ending(passed), **await _ending_outside(session, run.id, passed)}
    borne = sorted(shares_of(own, weights).items(), key=lambda share: -abs(share[1]))
    shown = borne[:SHOWN]
    names = await _names(session, [id for id, _ in shown])
    return AllocationBearers(
        run_id=run.id,
        cost_object_code=code,
        currency=run.currency,
        own=amount_of(own),
        bearer_count=len(borne),
        bearers=[_bearer(names[id], amount) for id, amount in shown],
    )


def _bearer(named: tuple[str | None, str | None, str], amount: int) -> Bearer:
    cost_object, consumer, name = named
    return Bearer(cost_object_code=cost_object, consumer_code=consumer, name=name, amount=amount_of(amount))


async def _trace(session: AsyncSession, run_id: UUID) -> Trace:
    pools = {
        row.pool: TracedPool(row.pool, row.layer_number, row.receives, units(row.cost))
        for row in await session.scalars(
            select(AllocatedPool).where(AllocatedPool.run_id == run_id).order_by(AllocatedPool.number)
        )
    }
    query = select(L.pool, L.cost_object_id, L.role, L.amount, L.kept, L.own).where(
        L.run_id == run_id, L.cost_object_id.in_(_sources(run_id))
    )
    for pool, id, role, amount, kept, own in await session.execute(query):
        if role == AllocationRole.SOURCE:
            pools[pool].sources[id] = Source(units(own or ZERO), units(kept or ZERO))
        else:
            pools[pool].passing[id] = pools[pool].passing.get(id, 0) + units(amount)
    return Trace(list(pools.values()))


def _sources(run_id: UUID) -> Any:
    return select(L.cost_object_id).where(L.run_id == run_id, L.role == AllocationRole.SOURCE)


async def _ending_outside(session: AsyncSession, run_id: UUID, passed: Mapping[str, int]) -> dict[UUID, int]:
    """What ends on those who are no source of any pool, in the same measure as `Trace.ending`."""
    part = select(
        func.unnest(literal(list(passed), ARRAY(Text))).label("pool"),
        func.unnest(literal([Decimal(value) for value in passed.values()], ARRAY(Numeric))).label("part"),
    ).subquery()
    ends: dict[UUID, int] = {}
    for line, party in ((L, L.cost_object_id), (ConsumerLine, ConsumerLine.consumer_id)):
        query = (
            select(party, func.sum(line.amount * part.c.part))
            .join_from(line, part, part.c.pool == line.pool)
            .where(line.run_id == run_id)
            .group_by(party)
        )
        if line is L:
            query = query.where(party.not_in(_sources(run_id)))
        ends |= {id: units(weight) for id, weight in await session.execute(query)}
    return ends


async def _names(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, tuple[str | None, str | None, str]]:
    """Code of the cost object, code of the consumer, name."""
    C = CostObject
    objects = await session.execute(select(C.id, C.code, C.name).where(among(C.id, ids)))
    consumers = await session.execute(select(Consumer.id, Consumer.code, Consumer.name).where(among(Consumer.id, ids)))
    named: dict[UUID, tuple[str | None, str | None, str]] = {row[0]: (row[1], None, row[2]) for row in objects}
    return named | {row[0]: (None, row[1], row[2]) for row in consumers}
