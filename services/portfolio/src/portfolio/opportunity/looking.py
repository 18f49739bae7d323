"""Looks at all services, needs and assets, some hundred at a time, with what is known of each."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import exact_sum
from portfolio.days import DayRange
from portfolio.evidence.gathering import gather
from portfolio.evidence.kept import KnownCapacity, KnownCoverage, KnownNeed
from portfolio.evidence.schemas import Evidence
from portfolio.evidence.trend import quotient
from portfolio.opportunity.outliers import spread
from portfolio.opportunity.rules import MONTHS_OF_USE
from portfolio.opportunity.subjects import (
    Seen,
    SeenAsset,
    SeenCost,
    SeenNeed,
    SeenService,
    SeenUnitCost,
    Subject,
)
from portfolio.opportunity.terms import SubjectKind
from portfolio.review.model import Review
from portfolio.review.terms import ReviewStatus
from portfolio.service.model import Service
from portfolio.service.terms import Kind, Status

AT_ONCE = 200  # of a service there is much to read: between two such pieces others get their turn
TOO_LARGE = Decimal(10) ** 18  # what is made of such amounts has more digits than a figure may have


def year_before(at: datetime) -> DayRange:
    """The last twelve whole months."""
    ends_on = at.date().replace(day=1)
    return DayRange(ends_on.replace(year=ends_on.year - 1), ends_on)


async def look(session: AsyncSession, at: datetime) -> AsyncIterator[Sequence[Seen]]:
    """Of services only those that are operational. Their costs are set beside each other when all have been seen, for
    which two figures of each are remembered."""
    within, costs = year_before(at), Costs()
    async for services in _services(session, at, within):
        costs.learn(services)
        yield services
    compared = list(costs.compared())
    for start in range(0, len(compared), AT_ONCE):
        yield compared[start : start + AT_ONCE]
    async for needs in _needs(session):
        yield needs
    async for assets in _assets(session, at.date(), within.starts_on):
        yield assets


async def _services(session: AsyncSession, at: datetime, within: DayRange) -> AsyncIterator[list[SeenService]]:
    last, query = UUID(int=0), select(Service).where(Service.status == Status.OPERATIONAL).order_by(Service.id)
    while services := (await session.scalars(query.where(Service.id > last).limit(AT_ONCE))).all():
        last, ids = services[-1].id, [service.id for service in services]
        reviewed = await _reviewed(session, ids)
        evidence = await gather(session, services, within, at)
        range_asked = f"starts_on={within.starts_on}&ends_on={within.ends_on}"
        yield [
            SeenService(
                subject=Subject(
                    SubjectKind.SERVICE,
                    service.id,
                    service.name,
                    f"/portfolio/v1/services/{service.id}/evidence?{range_asked}",
                ),
                evidence=known,
                launched_on=service.launched_on,
                decided_on=reviewed.get(service.id),
                today=at.date(),
            )
            for service, known in zip(services, evidence, strict=True)
        ]


async def _reviewed(session: AsyncSession, services: Collection[UUID]) -> dict[UUID, date]:
    """When the last review of each was decided."""
    R = Review
    query = select(R.service_id, func.max(R.decided_at)).group_by(R.service_id)
    rows = await session.execute(query.where(R.status == ReviewStatus.DECIDED, among(R.service_id, services)))
    return {service_id: decided_at.date() for service_id, decided_at in rows if decided_at}


class Cost(NamedTuple):
    subject: Subject
    amount: Decimal
    as_of: date


@dataclass
class Costs:
    """Of services by what they are compared with: what is compared, their kind, the currency."""

    known: dict[tuple[type[SeenCost], Kind, str], list[Cost]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, services: Sequence[SeenService]) -> None:
        for service in services:
            for of, amount in _costs(service.evidence):
                cost = service.evidence.cost
                if cost and amount and 0 < amount < TOO_LARGE:
                    named = Cost(service.subject, amount, cost.as_of.date())
                    self.known[of, service.evidence.kind, cost.currency].append(named)

    def compared(self) -> Iterator[SeenCost]:
        for (of, _, currency), costs in self.known.items():
            found = spread([cost.amount for cost in costs])
            for subject, amount, as_of in costs:
                yield of(subject=subject, amount=amount, currency=currency, as_of=as_of, among=found)


def _costs(evidence: Evidence) -> Iterator[tuple[type[SeenCost], Decimal | None]]:
    """Per period, and per subscribed unit and period where units are known."""
    periods = evidence.cost.periods if evidence.cost else []
    counted = [(period.cost, period.quantity) for period in periods if period.quantity]
    yield SeenCost, quotient(exact_sum(period.cost for period in periods), Decimal(len(periods)))
    yield SeenUnitCost, quotient(exact_sum(cost for cost, _ in counted), exact_sum(units for _, units in counted))


async def _needs(session: AsyncSession) -> AsyncIterator[list[SeenNeed]]:
    K, last = KnownCoverage, UUID(int=0)
    query = (
        select(K, KnownNeed)
        .outerjoin(KnownNeed, KnownNeed.id == K.id)
        .where(K.subject_kind == SubjectKind.NEED, K.coverage_class.in_(["white_space", "overlap"]))
        .order_by(K.id)
        .limit(AT_ONCE)
    )
    while rows := (await session.execute(query.where(K.id > last))).all():
        last = rows[-1][0].id
        yield [_need(coverage, need) for coverage, need in rows]


def _need(coverage: KnownCoverage, need: KnownNeed | None) -> SeenNeed:
    """What matters about a need that was never announced itself is what its coverage says."""
    return SeenNeed(
        subject=Subject(SubjectKind.NEED, coverage.id, coverage.label, f"/strategy/v1/needs/{coverage.id}"),
        coverage_class=coverage.coverage_class,
        offerings=coverage.offerings,
        changed_on=coverage.changed_on,
        importance=need.importance if need else coverage.weight,
        opportunity_score=need.opportunity_score if need else None,
        as_of=(need or coverage).heard_at.date(),
    )


async def _assets(session: AsyncSession, today: date, since: date) -> AsyncIterator[list[SeenAsset]]:
    K, last = KnownCapacity, UUID(int=0)
    newest_first = func.row_number().over(partition_by=K.asset_id, order_by=K.starts_on.desc()).label("newest_first")
    known = K.used.is_not(None), K.ends_on <= today, K.starts_on >= since
    while ids := (await session.scalars(_asset_ids(last))).all():
        last = ids[-1]
        ranked = select(K, newest_first).where(among(K.asset_id, ids), *known).subquery()
        query = select(ranked).where(ranked.c.newest_first <= MONTHS_OF_USE).order_by(ranked.c.newest_first)
        months: dict[UUID, list[Any]] = defaultdict(list)
        for row in await session.execute(query):
            months[row.asset_id].append(row)
        yield [asset for id, rows in months.items() if (asset := _asset(id, rows))]


def _asset_ids(last: UUID) -> Any:
    return (
        select(KnownCapacity.asset_id)
        .distinct()
        .where(KnownCapacity.asset_id > last)
        .order_by(KnownCapacity.asset_id)
        .limit(AT_ONCE)
    )


def _asset(id: UUID, months: Sequence[Any]) -> SeenAsset | None:
    """`months` with the newest first."""
    available, used = (exact_sum(getattr(month, name) for month in months) for name in ("available", "used"))
    if max(available, used) >= TOO_LARGE:
        return None
    return SeenAsset(
        subject=Subject(SubjectKind.ASSET, id, months[0].name, f"/strategy/v1/assets/{id}"),
        unit=months[0].unit,
        months=len(months),
        available=available,
        used=used,
        ends_on=months[0].ends_on,
    )
