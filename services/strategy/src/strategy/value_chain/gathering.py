"""Puts a chain together: what hangs together, what is known of it, and what is missing, in a dozen statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from strategy.alignment.model import ServiceAlignment
from strategy.customer.model import Customer
from strategy.evidence import queries as evidence
from strategy.evidence.kept import KnownDecision, KnownPerformance
from strategy.evidence.queries import Allocated, Charged, DayRange, Posted, Spent
from strategy.initiative.model import Initiative
from strategy.known_service.model import KnownService
from strategy.market_space.model import MarketSpace
from strategy.need.model import Need
from strategy.segment.model import Segment
from strategy.value_chain import figures, parts
from strategy.value_chain.figures import grouped
from strategy.value_chain.links import FINANCE, PORTFOLIO, STRATEGY, address
from strategy.value_chain.reach import Reach
from strategy.value_chain.schemas import (
    ChainInitiative,
    ChainNeed,
    ChainPart,
    ChainService,
    MissingPart,
    ValueChainView,
)


@dataclass(frozen=True)
class Known:
    """What is known of some services and initiatives, by their ids or codes."""

    services: dict[UUID, KnownService]
    posted: dict[UUID, list[Posted]]
    allocated: dict[UUID, list[Allocated]]
    charged: dict[UUID, list[Charged]]
    performances: dict[UUID, list[KnownPerformance]]
    decisions: dict[UUID, list[KnownDecision]]
    scores: dict[UUID, Decimal | None]
    spent: dict[str, list[Spent]]


async def know(session: AsyncSession, services: Collection[UUID], codes: Sequence[str], within: DayRange) -> Known:
    """`codes` are those of initiatives."""
    by_service = attrgetter("service_id")
    named = await session.scalars(select(KnownService).where(among(KnownService.id, services)))
    score = select(ServiceAlignment.service_id, ServiceAlignment.score)
    scores = await session.execute(score.where(among(ServiceAlignment.service_id, services)))
    return Known(
        services={service.id: service for service in named},
        posted=grouped(await evidence.posted(session, services, within), by_service),
        allocated=grouped(await evidence.allocated(session, services, within), by_service),
        charged=grouped(await evidence.charged(session, services, within), by_service),
        performances=grouped(await evidence.performances(session, services), by_service),
        decisions=grouped(await evidence.decisions(session, services, since=within.starts_on), by_service),
        scores={row.service_id: row.score for row in scores},
        spent=grouped(await evidence.spent(session, codes, within), attrgetter("code")),
    )


@dataclass(frozen=True)
class Gathering:
    session: AsyncSession
    within: DayRange
    at: datetime

    async def chain(self, reach: Reach) -> ValueChainView:
        codes = [initiative.code for initiative in reach.initiatives]
        known = await know(self.session, reach.services, codes, self.within)
        services = [self._service(id, reach, known) for id in reach.services]
        services.sort(key=lambda service: (service.code is None, service.code or "", service.id))
        initiatives = [self._initiative(it, reach, known.spent.get(it.code, ())) for it in reach.initiatives]
        needs = await self._needs(reach.needs)
        missing = list(reach.missing)
        totals = figures.told(ChainPart.COST, missing, lambda: figures.totals(services, initiatives))
        return ValueChainView(
            starts_on=self.within.starts_on,
            ends_on=self.within.ends_on,
            as_of=self.at,
            needs=needs,
            offerings=[parts.offering_of(offering, reach) for offering in reach.offerings],
            services=services,
            initiatives=initiatives,
            objectives=list(parts.objectives(reach)),
            totals=totals,
            missing=[*parts.missing(reach, needs, services), *missing],
        )

    async def _needs(self, ids: Sequence[UUID]) -> list[ChainNeed]:
        whose = func.coalesce(Customer.name, Segment.name, MarketSpace.name)
        query = select(Need, whose).outerjoin(Customer, Customer.id == Need.customer_id)
        query = query.outerjoin(Segment, Segment.id == Need.segment_id)
        query = query.outerjoin(MarketSpace, MarketSpace.id == Need.market_space_id)
        rows = await self.session.execute(query.where(among(Need.id, ids)).order_by(Need.importance.desc(), Need.id))
        return [parts.need_of(need, name) for need, name in rows]

    def _service(self, id: UUID, reach: Reach, known: Known) -> ChainService:
        posted, charged = known.posted.get(id, []), known.charged.get(id, [])
        allocated, decided = known.allocated.get(id, []), known.decisions.get(id, [])
        code, name, stage = parts.named(known.services.get(id), decided)
        missing: list[MissingPart] = []
        link = f"{PORTFOLIO}/services/{id}"
        service = ChainService(
            id=id,
            code=code,
            name=name,
            stage=stage,
            counted=id in reach.counted,
            costs=figures.told(ChainPart.COST, missing, lambda: figures.costs(posted)),
            full_cost=parts.full_cost(allocated[-1]) if allocated else None,
            recoveries=figures.told(
                ChainPart.RECOVERY, missing, lambda: figures.recoveries(charged, posted, allocated)
            ),
            performances=[parts.performance(it) for it in known.performances.get(id, ())],
            alignment_score=known.scores.get(id),
            decisions=[parts.decision_on(it) for it in decided],
            missing=missing,
            link=link,
            evidence_link=address(f"{link}/evidence", self.within),
            cost_link=address(f"{FINANCE}/service-costs", self.within, cost_object=code) if code else None,
            recovery_link=address(f"{FINANCE}/recovery", self.within),
            performance_link=address(f"{PORTFOLIO}/performance-assessments", service_id=id),
        )
        objectives = sum(it.service_id == id for it in reach.alignments)
        return service.model_copy(update={"missing": [*missing, *figures.what_is_missing(service, objectives)]})

    def _initiative(self, initiative: Initiative, reach: Reach, spent: Sequence[Spent]) -> ChainInitiative:
        missing: list[MissingPart] = []
        shown = set(reach.services)
        money = figures.told(ChainPart.COST, missing, lambda: figures.spent(spent))
        if not spent:
            reason = "Nothing has been posted under its code in this range."
            missing.append(MissingPart(part=ChainPart.COST, reason=reason))
        return ChainInitiative(
            id=initiative.id,
            code=initiative.code,
            name=initiative.name,
            status=initiative.status,
            funding=initiative.funding,
            service_ids=[id for id in initiative.service_ids if id in shown],
            spent=money,
            missing=missing,
            link=f"{STRATEGY}/initiatives/{initiative.id}",
            cost_link=address(f"{FINANCE}/service-costs", self.within, cost_object=initiative.code),
        )
