"""Takes down where the initiatives are: milestones, critical path, gate, risks, critical success factors."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import Money
from strategy.initiative.following import FactorState, Risk, RiskState, SuccessFactor
from strategy.initiative.milestone import Milestone
from strategy.initiative.model import Initiative
from strategy.initiative.planning import Network, day_after, networks_of
from strategy.initiative.readiness import ReadinessCondition
from strategy.strategy_review.snapshot import Listed, ReviewedInitiative

MOST = 500
SAID = ("code", "name", "status", "funding", "started_on", "ended_on")


async def initiatives_on(
    session: AsyncSession, on: date, invested: Mapping[UUID, list[Money]]
) -> Listed[ReviewedInitiative]:
    order = Initiative.ended_on.desc().nulls_first(), Initiative.code
    query = select(Initiative, func.count().over()).order_by(*order).limit(MOST)
    rows = (await session.execute(query)).all()
    ids = [initiative.id for initiative, _ in rows]
    networks = await networks_of(session, ids)
    conditions = await _conditions(session, ids)
    risks = await _risks(session, ids)
    factors = await _factors(session, ids)
    items = [
        ReviewedInitiative(
            initiative_id=it.id,
            **{name: getattr(it, name) for name in SAID},
            invested=invested.get(it.id, []),
            **_planned(it, networks[it.id], on),
            conditions=sum(count for count, _ in conditions[it.id]),
            unmet_conditions=sum(unmet for _, unmet in conditions[it.id]),
            open_risks=sum(count for _, count, _ in risks[it.id]),
            exposure=[Money(amount=amount, currency=currency) for currency, _, amount in risks[it.id]],
            success_factors={FactorState(state): count for state, count in factors[it.id]},
        )
        for it, _ in rows
    ]
    return Listed(items=items, left_out=rows[0][1] - len(rows) if rows else 0)


def _planned(initiative: Initiative, network: Network, on: date) -> dict[str, Any]:
    milestones = list(network.milestones.values())
    planned_end = max((it.planned_on for it in milestones), default=None)
    length = network.schedule.length
    path_end = day_after(initiative.starts_on, length) if milestones else None
    return {
        "milestones": len(milestones),
        "reached": sum(it.actual_on is not None for it in milestones),
        "late": sum(is_late(it, on) for it in milestones),
        "planned_end_on": planned_end,
        "forecast_end_on": max((it.actual_on or it.forecast_on or it.planned_on for it in milestones), default=None),
        "critical_path_end_on": path_end,
        "slack_days": (planned_end - path_end).days if planned_end and path_end else None,
    }


def is_late(milestone: Milestone, on: date) -> bool:
    """Not reached, and planned for a day that is over or expected after its plan."""
    return milestone.actual_on is None and (milestone.planned_on < on or (milestone.slip_days or 0) > 0)


async def _conditions(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """How many are mandatory, and how many of these are neither met nor waived."""
    C = ReadinessCondition
    unmet = func.count().filter(C.evidence.is_(None), C.waived_by.is_(None))
    query = select(C.initiative_id, func.count(), unmet).where(C.mandatory, among(C.initiative_id, ids))
    return await _by_initiative(session, query.group_by(C.initiative_id))


async def _risks(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """Currency, count and exposure of those that are not closed."""
    R = Risk
    columns = R.initiative_id, R.impact_currency, func.count(), func.sum(R.probability * R.impact_amount)
    query = select(*columns).where(R.state != RiskState.CLOSED, among(R.initiative_id, ids))
    return await _by_initiative(session, query.group_by(R.initiative_id, R.impact_currency).order_by(R.impact_currency))


async def _factors(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    F = SuccessFactor
    query = select(F.initiative_id, F.state, func.count()).where(among(F.initiative_id, ids))
    return await _by_initiative(session, query.group_by(F.initiative_id, F.state).order_by(F.state))


async def _by_initiative(session: AsyncSession, query: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for id, *figures in await session.execute(query):
        found[id].append(figures)
    return found
