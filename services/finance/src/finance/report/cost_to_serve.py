"""What it costs to serve a consumer: its shares of each service, by allocation, by charges, and per head."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import Amount, Quantity, exact_sum
from chassis.pages import PageRequest, page
from chassis.problems import InvalidRequest
from chassis.text import Schema
from finance.allocation_run.model import AllocatedConsumer, AllocationLine, AllocationRole, ConsumerLine
from finance.allocation_run.pool import amount_of, units
from finance.charge.model import Charge, ChargeLine
from finance.charge_run.model import ChargeRun
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.driver.model import Driver
from finance.driver.queries import driver_with
from finance.fiscal_period.range import PeriodRange
from finance.report.links import EXPLAIN, address
from finance.report.measure import ratio
from finance.report.quantities import Quantities, quantities_of
from finance.report.runs import Allocation, allocation_over, charging_over
from finance.report.selected import OfRange

HEADCOUNT = "headcount"
SURVIVOR = func.coalesce(Consumer.survivor_id, Consumer.id)


class ServedBy(StrEnum):
    """Allocation: a pool gave it to the consumer. Charge: it was charged."""

    ALLOCATION = "allocation"
    CHARGE = "charge"


class CostToServeRow(Schema):
    """A consumer's share of one service, or all of its shares together."""

    consumer_id: UUID
    consumer: str
    name: str
    cost_object: str | None = Field(description="Null for all of them together.")
    served_by: ServedBy | None = Field(description="Null for all of them together.")
    amount: Amount = Field(description="Exact: what was allocated is rounded for a consumer as a whole only.")
    heads: Quantity | None = Field(description="Of the driver per head; null when it has no quantity of the consumer.")
    per_head: Amount | None
    explain: str = Field(description=EXPLAIN)


class CostToServeView(OfRange):
    model: str | None
    charge_plan: str | None
    driver: str | None = Field(description="What heads are counted by.")
    rows: list[CostToServeRow]


class Share(NamedTuple):
    cost_object: str
    served_by: ServedBy
    amount: Decimal


@dataclass(frozen=True)
class Served:
    """The runs that say what consumers bear; at least those of a model or of a plan."""

    within: PeriodRange
    allocation: Allocation | None
    charging: Sequence[ChargeRun]

    def consumers(self) -> Subquery:
        """Ids of all that bear something, merged ones as their survivors."""
        borne = select(SURVIVOR.label("id")).join(AllocatedConsumer, AllocatedConsumer.consumer_id == Consumer.id)
        charged = select(SURVIVOR).join(Charge, Charge.consumer_id == Consumer.id)
        return (
            borne.where(among(AllocatedConsumer.run_id, self.allocation_runs))
            .union(charged.where(among(Charge.run_id, self.charge_runs)))
            .subquery()
        )

    @property
    def allocation_runs(self) -> list[UUID]:
        return self.allocation.ids if self.allocation else []

    @property
    def charge_runs(self) -> list[UUID]:
        return [run.id for run in self.charging]

    def link(self, consumer: Consumer, served_by: ServedBy | None) -> str:
        if self.allocation and served_by != ServedBy.CHARGE:
            return self.allocation.link("consumer-lines", consumer=consumer.code)
        run_id = self.charging[0].id if len(self.charging) == 1 else None
        return address("charges", run_id=run_id, consumer_id=consumer.id)


async def cost_to_serve(
    session: AsyncSession,
    asked: PageRequest,
    within: PeriodRange,
    *,
    model: str | None,
    charge_plan: str | None,
    driver: str | None,
    consumer: str | None,
    unit: UUID | None,
) -> CostToServeView:
    """Raises UnknownModel, UnknownPlan, NotRun, UnknownDriver; InvalidRequest without a model and a plan."""
    if not (model or charge_plan):
        raise InvalidRequest("Name a model, a charge_plan, or both when each says of other services who bears them.")
    allocation = await allocation_over(session, model, within) if model else None
    served = Served(within, allocation, await charging_over(session, charge_plan, within) if charge_plan else [])
    heads = await _heads(session, driver)
    found: Any = await page(
        session, _asked(served, consumer, unit), asked, sorts={"code": Consumer.code}, tie=Consumer.id
    )
    consumers: Sequence[Consumer] = found["items"]
    ids = [each.id for each in consumers]
    shares = await _shares(session, served, ids)
    counted = await quantities_of(session, heads, within, ids) if heads else None
    return CostToServeView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        next_cursor=found["next_cursor"],
        total=found["total"],
        model=model,
        charge_plan=charge_plan,
        driver=heads.code if heads else None,
        rows=[row for each in consumers for row in _rows(served, each, shares[each.id], counted)],
    )


def _asked(served: Served, consumer: str | None, unit: UUID | None) -> Select[Any]:
    query = select(Consumer).where(Consumer.id.in_(select(served.consumers().c.id)))
    if consumer:
        query = query.where(Consumer.code == consumer)
    if unit:
        query = query.where(Consumer.id == unit)
    return query


async def _heads(session: AsyncSession, code: str | None) -> Driver | None:
    """The driver named, or the one called headcount if there is one."""
    if code:
        return await driver_with(session, code)
    return await session.scalar(select(Driver).where(Driver.code == HEADCOUNT))


async def _shares(session: AsyncSession, served: Served, ids: Sequence[UUID]) -> Mapping[UUID, list[Share]]:
    found: defaultdict[UUID, list[Share]] = defaultdict(list)
    if served.allocation:
        for id, code, amount in await session.execute(_allocated(served.allocation_runs, ids)):
            found[id].append(Share(code, ServedBy.ALLOCATION, amount_of(units(amount))))
    for id, code, amount in await session.execute(_charged(served.charge_runs, ids)):
        found[id].append(Share(code, ServedBy.CHARGE, amount))
    return found


def _allocated(runs: Sequence[UUID], ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    """Consumer, cost object, its part of what pools gave. A pool of several sources gave it in proportion to what they
    brought: cut to 12 decimals along the sources, so that their parts add up to the line."""
    L, K = AllocationLine, ConsumerLine
    pool = (L.run_id, L.pool)
    sources = (
        select(
            *pool,
            CostObject.code,
            L.amount,
            func.sum(L.amount).over(partition_by=pool, order_by=CostObject.code).label("upto"),
            func.sum(L.amount).over(partition_by=pool).label("whole"),
        )
        .join(CostObject, CostObject.id == L.cost_object_id)
        .where(among(L.run_id, runs), L.role == AllocationRole.SOURCE)
        .subquery()
    )
    s = sources.c

    def mark(reached: Any) -> Any:
        """Rounded to 24 decimals, which no product has more of, it makes the quotient as fine."""
        return func.trunc(func.round(K.amount * reached, 24) / func.nullif(s.whole, 0), 12)

    part = func.sum(func.coalesce(mark(s.upto) - mark(s.upto - s.amount), 0))
    return (
        select(SURVIVOR, s.code, part)
        .join_from(K, sources, (s.run_id == K.run_id) & (s.pool == K.pool))
        .join(Consumer, Consumer.id == K.consumer_id)
        .where(among(K.run_id, runs), among(SURVIVOR, ids))
        .group_by(SURVIVOR, s.code)
        .having(part != 0)
        .order_by(s.code)
    )


def _charged(runs: Sequence[UUID], ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    """Consumer, cost object, amount."""
    return (
        select(SURVIVOR, CostObject.code, func.sum(ChargeLine.amount))
        .join_from(Charge, ChargeLine, ChargeLine.charge_id == Charge.id)
        .join(CostObject, CostObject.id == ChargeLine.cost_object_id)
        .join(Consumer, Consumer.id == Charge.consumer_id)
        .where(among(Charge.run_id, runs), among(SURVIVOR, ids))
        .group_by(SURVIVOR, CostObject.code)
        .order_by(CostObject.code)
    )


def _rows(
    served: Served, consumer: Consumer, shares: Sequence[Share], counted: Quantities | None
) -> list[CostToServeRow]:
    heads = counted.of(consumer.id, served.within) if counted else None
    every: list[tuple[str | None, ServedBy | None, Decimal]] = [*shares]
    return [
        CostToServeRow(
            consumer_id=consumer.id,
            consumer=consumer.code,
            name=consumer.name,
            cost_object=cost_object,
            served_by=served_by,
            amount=amount,
            heads=heads,
            per_head=ratio(amount, heads),
            explain=served.link(consumer, served_by),
        )
        for cost_object, served_by, amount in [*every, (None, None, exact_sum(share.amount for share in shares))]
    ]
