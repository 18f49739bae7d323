"""Takes down which needs and services are served, by class and weight, and what there is in the market."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.coverage.actions import judged_needs, judged_services
from strategy.coverage.model import Coverage, CoverageClass, SubjectKind
from strategy.customer.model import Customer
from strategy.demand_pattern.model import DemandPattern
from strategy.known_service.model import KnownService
from strategy.need.model import Need
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.strategy_review.snapshot import (
    ClassTotal,
    Listed,
    ReviewedCoverage,
    ReviewedMarket,
    ReviewedOffering,
    ReviewedSubject,
)

NEEDS, SERVICES, OFFERINGS, LABEL = 2_000, 1_000, 1_000, 200


async def coverage_now(session: AsyncSession) -> ReviewedCoverage:
    needs = await _subjects(session, SubjectKind.NEED, Need.id, Need.state, Need.assessed_on)
    services = await _subjects(session, SubjectKind.SERVICE, KnownService.id, KnownService.stage, null())
    return ReviewedCoverage(
        totals=[*_totals(SubjectKind.NEED, needs), *_totals(SubjectKind.SERVICE, services)],
        needs=_worst(needs, NEEDS),
        services=_worst(services, SERVICES),
    )


async def _subjects(
    session: AsyncSession, kind: SubjectKind, id: Any, state: Any, assessed_on: Any
) -> list[ReviewedSubject]:
    """All of them, as they are judged now; `since` is what was announced last."""
    announced = (Coverage.subject_kind == kind) & (Coverage.subject_id == id)
    query = select(id, state, assessed_on, Coverage.coverage_class, Coverage.since).outerjoin(Coverage, announced)
    known = {row[0]: row[1:] for row in await session.execute(query)}
    judge = judged_needs if kind is SubjectKind.NEED else judged_services
    return [
        ReviewedSubject(
            subject_id=subject_id,
            label=judged.label[:LABEL],
            state=(said := known[subject_id])[0],
            coverage_class=(found := judged.in_class(kind)),
            coverage_weight=judged.weight(kind),
            offerings=judged.offerings,
            since=said[3] if said[2] is found else None,
            assessed_on=said[1],
        )
        for subject_id, judged in (await judge(session, list(known))).items()
    ]


def _worst(subjects: Iterable[ReviewedSubject], most: int) -> Listed[ReviewedSubject]:
    ranked = sorted(subjects, key=lambda it: (-it.coverage_weight, it.label, it.subject_id))
    return Listed(items=ranked[:most], left_out=max(len(ranked) - most, 0))


def _totals(kind: SubjectKind, subjects: Sequence[ReviewedSubject]) -> list[ClassTotal]:
    counts = Counter(it.coverage_class for it in subjects)
    weights: Counter[CoverageClass] = Counter()
    for it in subjects:
        weights[it.coverage_class] += it.coverage_weight
    return [
        ClassTotal(subject_kind=kind, coverage_class=found, count=counts[found], weight=weights[found])
        for found in CoverageClass
        if found in counts
    ]


async def market_now(session: AsyncSession) -> ReviewedMarket:
    launched = select(Offering, func.count().over()).where(Offering.status == OfferingStatus.LAUNCHED)
    offerings = (await session.execute(launched.order_by(Offering.code).limit(OFFERINGS))).all()
    return ReviewedMarket(
        customers=await _counted(session, Customer.kind, Customer.merged_into.is_(None)),
        needs=await _counted(session, Need.state),
        offerings=await _counted(session, Offering.status),
        services=await _counted(session, KnownService.stage),
        demand_patterns=await session.scalar(select(func.count()).select_from(DemandPattern)) or 0,
        launched=Listed(
            items=[
                ReviewedOffering(offering_id=it.id, **{name: getattr(it, name) for name in OFFERED})
                for it, _ in offerings
            ],
            left_out=offerings[0][1] - len(offerings) if offerings else 0,
        ),
    )


OFFERED = ("code", "revision", "name", "launched_on")


async def _counted(session: AsyncSession, kind: Any, *conditions: Any) -> dict[Any, int]:
    query = select(kind, func.count()).where(*conditions).group_by(kind).order_by(kind)
    return {row[0]: row[1] for row in await session.execute(query)}
