"""The chains of many needs, a row each: a handful of statements for a whole page."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import exact_sum
from strategy.evidence import queries as evidence
from strategy.evidence.queries import DayRange, Summed
from strategy.need.model import Need
from strategy.offering.bundle import made_of
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.value_chain.figures import grouped, told
from strategy.value_chain.links import STRATEGY
from strategy.value_chain.schemas import ChainPart, MissingPart, SummaryOfCost, ValueChainSummary


@dataclass(frozen=True)
class Kept:
    """By service. Health is that of the newest window."""

    summed: Mapping[UUID, Sequence[Summed]]
    health: Mapping[UUID, Decimal | None]
    pending: Mapping[UUID, int]


async def summaries(session: AsyncSession, needs: Sequence[Need], within: DayRange) -> list[ValueChainSummary]:
    offered, made = await _offered(session, [need.id for need in needs])
    services = {service for ids in made.values() for service in ids}
    kept = await _kept(session, services, within)
    return [_summary(need, offered.get(need.id, []), made, kept) for need in needs]


async def _offered(
    session: AsyncSession, needs: Collection[UUID]
) -> tuple[dict[UUID, list[UUID]], dict[UUID, list[UUID]]]:
    """The launched offerings of each need, and the services of each offering."""
    each = func.unnest(Offering.need_ids).table_valued("need_id").render_derived().lateral().c.need_id
    asked = among(cast(each, Uuid), needs)
    query = select(each, Offering.id).select_from(Offering).join(each.table, asked)
    query = query.where(Offering.status == OfferingStatus.LAUNCHED, Offering.need_ids.overlap(list(needs)))
    offered = _by_first(await session.execute(query))
    ids = {offering for offerings in offered.values() for offering in offerings}
    made = made_of(lambda offering: among(offering.id, ids)).c
    return offered, _by_first(await session.execute(select(made.offering_id, made.service_id)))


def _by_first(pairs: Iterable[Any]) -> dict[UUID, list[UUID]]:
    seconds: dict[UUID, list[UUID]] = defaultdict(list)
    for first, second in pairs:
        seconds[first].append(second)
    return seconds


async def _kept(session: AsyncSession, services: Collection[UUID], within: DayRange) -> Kept:
    health: dict[UUID, Decimal | None] = {}
    for performance in await evidence.performances(session, services):
        health.setdefault(performance.service_id, performance.health)
    return Kept(
        summed=grouped(await evidence.summed(session, services, within), attrgetter("service_id")),
        health=health,
        pending=await evidence.pending(session, services),
    )


def _summary(need: Need, offered: Sequence[UUID], made: Mapping[UUID, Sequence[UUID]], kept: Kept) -> ValueChainSummary:
    services = sorted({service for offering in offered for service in made.get(offering, ())})
    missing = [] if offered else [MissingPart(part=ChainPart.OFFERINGS, reason="No launched offering addresses it.")]
    healths = [health for service in services if (health := kept.health.get(service)) is not None]
    return ValueChainSummary(
        need_id=need.id,
        statement=need.statement,
        asked_by=need.asked_by,
        state=need.state,
        importance=need.importance,
        satisfaction=need.satisfaction,
        opportunity_score=need.opportunity_score,
        offerings=len(offered),
        services=len(services),
        costs=told(ChainPart.COST, missing, lambda: _costs(services, kept)),
        worst_health=min(healths, default=None),
        services_without_cost=sum(not _has_cost(kept.summed.get(service, ())) for service in services),
        services_without_health=len(services) - len(healths),
        pending_decisions=sum(kept.pending.get(service, 0) for service in services),
        missing=missing,
        link=f"{STRATEGY}/needs/{need.id}/value-chain",
    )


def _has_cost(rows: Sequence[Summed]) -> bool:
    return any(row.cost is not None for row in rows)


def _costs(services: Sequence[UUID], kept: Kept) -> list[SummaryOfCost]:
    by_currency = grouped((row for id in services for row in kept.summed.get(id, ())), attrgetter("currency"))
    return [
        SummaryOfCost(
            currency=currency,
            cost=exact_sum(row.cost or Decimal(0) for row in rows),
            income=exact_sum(row.income or Decimal(0) for row in rows),
            recovered=exact_sum(row.recovered or Decimal(0) for row in rows),
        )
        for currency, rows in sorted(by_currency.items())
    ]
