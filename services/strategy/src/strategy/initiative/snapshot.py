"""Takes down how an initiative stands, as its status report keeps it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import Money, exact_sum
from strategy.initiative.following import Risk, RiskState, SuccessFactor
from strategy.initiative.following_schemas import ReportedMilestone, Snapshot
from strategy.initiative.model import Initiative
from strategy.initiative.planning import critical_path_of, milestones_of
from strategy.initiative.queries import conditions_of
from strategy.initiative.readiness import blockers


async def taken(session: AsyncSession, initiative: Initiative) -> Snapshot:
    path = await critical_path_of(session, initiative)
    scheduled = {it.milestone_id: it for it in path.milestones}
    milestones = [
        ReportedMilestone(
            code=it.code,
            name=it.name,
            planned_on=it.planned_on,
            forecast_on=it.forecast_on,
            actual_on=it.actual_on,
            slip_days=it.slip_days,
            critical=scheduled[it.id].critical,
            total_slack=scheduled[it.id].total_slack,
        )
        for it in await milestones_of(session, initiative.id)
    ]
    living = select(Risk).where(Risk.initiative_id == initiative.id, Risk.state != RiskState.CLOSED)
    risks = (await session.scalars(living)).all()
    states = select(SuccessFactor.state).where(SuccessFactor.initiative_id == initiative.id)
    conditions = await conditions_of(session, initiative.id)
    return Snapshot(
        status=initiative.status,
        milestones=milestones,
        reached=sum(it.actual_on is not None for it in milestones),
        slipped=sum((it.slip_days or 0) > 0 for it in milestones),
        length_days=path.length_days,
        open_risks=len(risks),
        exposure=_by_currency(risks),
        success_factors=dict(sorted(Counter(await session.scalars(states)).items())),
        conditions=len(conditions),
        unmet=[blocker.name for blocker in blockers(conditions)],
    )


def _by_currency(risks: Sequence[Risk]) -> list[Money]:
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for risk in risks:
        amounts[risk.impact_currency].append(risk.exposure.amount)
    return [Money(amount=exact_sum(amounts[currency]), currency=currency) for currency in sorted(amounts)]
