"""Puts the milestones of an initiative on the time line that their durations and dependencies make."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import Conflict
from strategy.initiative.critical_path import Schedule, Timing, schedule
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


@dataclass(frozen=True)
class Network:
    """The milestones of an initiative, their time line, and the milestones of others that they wait for."""

    milestones: dict[UUID, Milestone]
    schedule: Schedule[UUID]
    awaited: list[UUID]


async def networks_of(session: AsyncSession, initiative_ids: Collection[UUID]) -> dict[UUID, Network]:
    """Of each of these initiatives, in two statements."""
    milestones: dict[UUID, dict[UUID, Milestone]] = {id: {} for id in initiative_ids}
    query = select(Milestone).where(among(Milestone.initiative_id, initiative_ids))
    for it in await session.scalars(query.order_by(Milestone.planned_on, Milestone.code)):
        milestones[it.initiative_id][it.id] = it
    pairs: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    needed = select(Milestone.initiative_id, MilestoneDependency.milestone_id, MilestoneDependency.needs_id).join(
        Milestone, Milestone.id == MilestoneDependency.milestone_id
    )
    for id, milestone, needs in await session.execute(needed.where(among(Milestone.initiative_id, initiative_ids))):
        pairs[id].append((milestone, needs))
    return {id: _network(milestones[id], pairs[id]) for id in milestones}


def _network(milestones: dict[UUID, Milestone], pairs: Collection[tuple[UUID, UUID]]) -> Network:
    durations = {id: it.duration_days for id, it in milestones.items()}
    plan = schedule(durations, [pair for pair in pairs if milestones.keys() >= set(pair)])
    return Network(milestones, plan, sorted({needs for _, needs in pairs if needs not in milestones}))


async def critical_path_of(session: AsyncSession, initiative: Initiative) -> CriticalPathView:
    network = (await networks_of(session, [initiative.id]))[initiative.id]
    milestones, plan, starts_on = network.milestones, network.schedule, initiative.starts_on
    return CriticalPathView(
        initiative_id=initiative.id,
        starts_on=starts_on,
        length_days=plan.length,
        ends_on=day_after(starts_on, plan.length),
        critical=[milestones[id].code for id, timing in plan.timings.items() if timing.is_critical],
        milestones=[_scheduled(milestones[id], timing, starts_on) for id, timing in plan.timings.items()],
        awaited=network.awaited,
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
        earliest_finish_on=day_after(starts_on, timing.earliest_finish),
        latest_finish_on=day_after(starts_on, timing.latest_finish),
    )


def day_after(starts_on: date | None, days: int) -> date | None:
    """The calendar ends somewhere: what lies behind it has no date."""
    if starts_on is None or days > (date(2199, 12, 31) - starts_on).days:
        return None
    return starts_on + timedelta(days=days)
