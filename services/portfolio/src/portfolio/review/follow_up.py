"""Following up: what came of decisions is measured on their days, by the clock, or at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.evidence.gathering import gather
from portfolio.review.model import Review
from portfolio.review.ranges import Since
from portfolio.review.terms import ReviewStatus
from portfolio.service.model import Service

AT_ONCE = 100  # each holds what was known before and since


def to_follow_up(by: date) -> tuple[ColumnElement[bool], ...]:
    """Decided, to be measured on this day or before, and not yet measured."""
    return Review.status == ReviewStatus.DECIDED, Review.follow_up_on <= by, Review.followed_up_at.is_(None)


async def follow_up_by_the_clock(session: AsyncSession, at: datetime) -> bool:
    """One piece of the chore, the longest due first."""
    query = select(Review, Service).join(Service).where(*to_follow_up(at.date()))
    query = query.order_by(Review.follow_up_on, Review.id).limit(AT_ONCE).with_for_update(of=Review, key_share=True)
    due = [(review, service) for review, service in await session.execute(query)]
    await measure(session, due, by="clock", at=at)
    return len(due) == AT_ONCE


async def measure(session: AsyncSession, decided: Sequence[tuple[Review, Service]], *, by: str, at: datetime) -> None:
    """Evidence is gathered anew, for all that look at the same days together."""
    looking: dict[Since, list[tuple[Review, Service]]] = defaultdict(list)
    for review, service in decided:
        looking[review.since(at.date(), service.retired_on)].append((review, service))
    for passed, together in looking.items():
        evidence = await gather(session, [service for _, service in together], passed.within, at)
        for known, (review, service) in zip(evidence, together, strict=True):
            review.measure(known, retired_on=service.retired_on, by=by, at=at)
    await session.flush()
