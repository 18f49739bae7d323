"""Puts the milestones of an initiative on the time line that their durations and dependencies make."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict
from strategy.initiative.critical_path import Timing, schedule
from strategy.initiative.milestone import Milestone, MilestoneDependency
from strategy.initiative.milestone_schemas import CriticalPathView, ScheduledMilestone
from strategy.initiative.model import Initiative

MOST = 1_000


class MostMilestones(Conflict, code="strategy.milestone.too-many"):
    """An initiative has at most 1,000 milestones."""


async def refuse_too_many(session: AsyncSession, initiative_id: UUID) -> None:
    """Exact while the initiative is held."""
    count = await session.scalar(select(func.count()).where(Milestone.initiative_id == initiative_id))
    if (count or 0) >= MOST:
        raise MostMilestones


async def milestones_of(session: AsyncSession, initiative_id: UUID) -> list[Milestone]:
    query = select(Milestone).where(Milestone.initiative_id == initiative_id)
    return list((await session.scalars(query.order_by(Milestone.planned_on, Milestone.code))).all())


async def critical_path_of(session: AsyncSession, initiative: Initiative) -> CriticalPathView:
    milestones = {it.id: it for it in await milestones_of(session, initiative.id)}
    needed = select(MilestoneDependency.milestone_id, MilestoneDependency.needs_id).join(
        Milestone, Milestone.id == MilestoneDependency.milestone_id
    )
    pairs = (await session.execute(needed.where(Milestone.initiative_id == initiative.id))).all()
    plan = schedule(
        {id: it.duration_days for id, it in milestones.items()},
        [(milestone, needs) for milestone, needs in pairs if needs in milestones],
    )
    starts_on = initiative.starts_on
    return CriticalPathView(
        initiative_id=initiative.id,
        starts_on=starts_on,
        length_days=plan.length,
        ends_on=_day(starts_on, plan.length),
        critical=[milestones[id].code for id, timing in plan.timings.items() if timing.is_critical],
        milestones=[_scheduled(milestones[id], timing, starts_on) for id, timing in plan.timings.items()],
        awaited=sorted({needs for _, needs in pairs if needs not in milestones}),
    )


def _scheduled(milestone: Milestone, timing: Timing, starts_on: date | None) -> ScheduledMilestone:
    return ScheduledMilestone(
        milestone_id=milestone.id,
        code=milestone.code,
        name=milestone.name,
        duration_days=milestone.duration_days,
        earliest_start=timing.earliest_start,
        earliest_finish=timing.earliest_finish,
        latest_start=timing.latest_start,
        latest_finish=timing.latest_finish,
        total_slack=timing.total_slack,
        free_slack=timing.free_slack,
        critical=timing.is_critical,
        earliest_finish_on=_day(starts_on, timing.earliest_finish),
        latest_finish_on=_day(starts_on, timing.latest_finish),
    )


def _day(starts_on: date | None, days: int) -> date | None:
    """The calendar ends somewhere: what lies behind it has no date."""
    if starts_on is None or days > (date(2199, 12, 31) - starts_on).days:
        return None
    return starts_on + timedelta(days=days)
