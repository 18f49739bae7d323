"""What strategy says of services: the objectives they serve, the demand it expects, whether offerings hold them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from portfolio.evidence.kept import KnownAlignment, KnownCoverage, KnownDemand
from portfolio.evidence.schemas import AlignmentEvidence, CoverageEvidence, ForecastDemand, ForecastEvidence

LISTED = 100


async def alignments(session: AsyncSession, services: Collection[UUID]) -> dict[UUID, AlignmentEvidence | None]:
    """Of each service, None of one that no objective in force is linked to; of none when strategy has never said how
    any is aligned."""
    known = KnownAlignment
    if not await session.scalar(select(exists(select(known.id)))):
        return {}
    query = select(known).where(among(known.id, services), known.score.is_not(None))
    aligned = {
        it.id: AlignmentEvidence(score=it.score, objectives=it.objectives, as_of=it.heard_at)
        for it in await session.scalars(query)
        if it.score is not None
    }
    return {id: aligned.get(id) for id in services}


async def forecasts(session: AsyncSession, services: Collection[UUID], on: date) -> dict[UUID, ForecastEvidence]:
    """Of services of which strategy expects something in the month of this day or later, from all customers together:
    what one customer or segment is expected to want says little about the service."""
    known = KnownDemand
    everybody = known.customer_id.is_(None), known.segment_id.is_(None)
    query = select(known).where(among(known.service_id, services), *everybody).order_by(known.code, known.id)
    patterns: dict[UUID, list[KnownDemand]] = defaultdict(list)
    for pattern in await session.scalars(query):
        if pattern.service_id and any(date.fromisoformat(it["month"]) >= on.replace(day=1) for it in pattern.expected):
            patterns[pattern.service_id].append(pattern)
    return {id: _forecast(of_service) for id, of_service in patterns.items()}


def _forecast(patterns: list[KnownDemand]) -> ForecastEvidence:
    listed = [
        ForecastDemand(
            demand_pattern_id=it.id, code=it.code, name=it.name, unit=it.unit, made_on=it.made_on, change=it.change
        )
        for it in patterns[:LISTED]
    ]
    return ForecastEvidence(count=len(patterns), forecasts=listed, as_of=max(it.heard_at for it in patterns))


async def coverages(session: AsyncSession, services: Collection[UUID]) -> dict[UUID, CoverageEvidence]:
    """Of those services that strategy has judged."""
    known = KnownCoverage
    return {
        it.id: CoverageEvidence(
            coverage_class=it.coverage_class,
            offerings=it.offerings,
            weight=it.weight,
            changed_on=it.changed_on,
            as_of=it.heard_at,
        )
        for it in await session.scalars(select(known).where(among(known.id, services)))
    }
