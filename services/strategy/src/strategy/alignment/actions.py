"""Keeping the alignment score of each service, and announcing it when it changes."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.alignment.model import Alignment, ServiceAlignment
from strategy.alignment.queries import scores

LOCK = "service alignments"


async def realign(session: AsyncSession, *, on: date) -> None:
    """What any objective weighs counts for all services. One at a time, so that the last to change announces last."""
    await session.flush()
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK))))
    fresh, kept = scores(Alignment.service_id, on), ServiceAlignment
    changed = (
        select(func.coalesce(fresh.c.id, kept.service_id), fresh.c.score, func.coalesce(fresh.c.objectives, 0), kept)
        .select_from(fresh)
        .outerjoin(kept, kept.service_id == fresh.c.id, full=True)
        .where(kept.score.is_distinct_from(fresh.c.score))
        .order_by(func.coalesce(fresh.c.id, kept.service_id))
        .execution_options(populate_existing=True)
    )
    for service_id, score, objectives, known in (await session.execute(changed)).all():
        alignment = known or ServiceAlignment(service_id=service_id)
        alignment.change(score, objectives=objectives, on=on)
        session.add(alignment)
    await session.flush()


async def realign_today(session: AsyncSession, at: datetime) -> bool:
    """Objectives and alignments begin and end by the calendar."""
    await realign(session, on=at.date())
    return False
