"""Who wants a service: its subscriptions, offerings made of it, the needs these address."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.evidence.kept import KnownNeed, KnownOffering
from portfolio.evidence.schemas import DemandEvidence, OfferingEvidence, OfferingOf, Subscribed
from portfolio.evidence.trend import change
from portfolio.subscription.model import Subscription

LISTED = 100
LAUNCHED = (KnownOffering.launched_on.is_not(None), KnownOffering.withdrawn_on.is_(None))


async def subscribed(
    session: AsyncSession, services: Collection[UUID], *, start: date, now: datetime
) -> dict[UUID, tuple[Any, ...]]:
    """Subscriptions and their quantity, today and at the start.

    A service that nobody has ever subscribed to is not among them: its demand is not known from subscriptions.
    """
    query = select(Subscription.service_id, *_subscribed(now.date()), *_subscribed(start))
    query = query.where(Subscription.service_id.in_(services)).group_by(Subscription.service_id)
    return {row[0]: tuple(row[1:]) for row in await session.execute(query)}


def _subscribed(on: date) -> tuple[Any, Any]:
    runs = (Subscription.starts_on <= on) & or_(Subscription.ends_on.is_(None), Subscription.ends_on > on)
    return func.count().filter(runs), func.coalesce(func.sum(Subscription.quantity).filter(runs), 0)


def demand_evidence(counts: tuple[Any, ...] | None, start: date, at: datetime) -> DemandEvidence | None:
    if counts is None:
        return None
    now, before = Decimal(counts[1]), Decimal(counts[3])
    return DemandEvidence(
        now=Subscribed(on=at.date(), subscriptions=counts[0], quantity=now),
        at_start=Subscribed(on=start, subscriptions=counts[2], quantity=before),
        change=change(before, now),
        as_of=at,
    )


async def offerings(session: AsyncSession, services: Collection[UUID]) -> dict[UUID, OfferingEvidence]:
    """Of each service; of none when strategy has never announced an offering."""
    as_of = await session.scalar(select(func.max(KnownOffering.heard_at)))
    if as_of is None:
        return {}
    launched = await _launched(session, KnownOffering.service_ids.overlap(list(services)))
    needs = {need for offering in launched for need in offering.need_ids}
    others = await _launched(session, KnownOffering.need_ids.overlap(list(needs))) if needs else []
    serving: dict[UUID, list[KnownOffering]] = defaultdict(list)
    for offering in others:
        for need in offering.need_ids:
            serving[need].append(offering)
    importance = await _importance(session, needs)
    return {id: _offerings(id, launched, serving, importance, as_of) for id in services}


async def _launched(session: AsyncSession, condition: Any) -> Sequence[KnownOffering]:
    query = select(KnownOffering).where(condition, *LAUNCHED).order_by(KnownOffering.code, KnownOffering.id)
    return (await session.scalars(query)).all()


async def _importance(session: AsyncSession, needs: Collection[UUID]) -> dict[UUID, int]:
    query = select(KnownNeed.id, KnownNeed.importance).where(KnownNeed.id.in_(needs))
    return dict((await session.execute(query)).all())


def _offerings(
    id: UUID,
    launched: Sequence[KnownOffering],
    serving: dict[UUID, list[KnownOffering]],
    importance: dict[UUID, int],
    as_of: datetime,
) -> OfferingEvidence:
    made_of_it = [offering for offering in launched if id in offering.service_ids]
    needs = {need for offering in made_of_it for need in offering.need_ids}
    elsewhere = {need for need in needs if any(id not in other.service_ids for other in serving[need])}
    return OfferingEvidence(
        count=len(made_of_it),
        offerings=[
            OfferingOf(offering_id=it.id, code=it.code, name=it.name, launched_on=it.launched_on)
            for it in made_of_it[:LISTED]
            if it.launched_on
        ],
        needs_served=len(needs),
        needs_served_elsewhere=len(elsewhere),
        highest_importance=max((importance[need] for need in needs if need in importance), default=None),
        as_of=as_of,
    )
