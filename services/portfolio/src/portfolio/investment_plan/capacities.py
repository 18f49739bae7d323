"""Limits of a scenario out of what strategy says there is of each skill in the periods of the plan."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import exact_sum, plain
from portfolio.evidence.kept import KnownCapacity
from portfolio.investment_plan import queries
from portfolio.investment_plan.actions import set_scenario
from portfolio.investment_plan.content import Capacity, PlanPeriod, ScenarioContent
from portfolio.investment_plan.model import InvestmentPlan, Unfit
from portfolio.investment_plan.schemas import CapacityLeftOut, CapacityView, ImportCapacities, ImportedCapacities


async def import_capacities(
    session: AsyncSession, plan: InvestmentPlan, code: str, command: ImportCapacities
) -> ImportedCapacities:
    """A skill is the asset with its code. Only a period of which every day is known gets a limit; other limits stay.
    Raises Unfit if the scenario would have too many of them."""
    said = ScenarioContent.model_validate((await queries.scenario_of(session, plan, code)).content)
    skills = sorted(await _asked_for(session, plan) if command.skills is None else set(command.skills))
    months = await _months(session, skills, plan.years)
    found = {(skill, it.code): _limit(skill, it, months[skill]) for skill in skills for it in plan.years}
    limits = {key: it for key, it in found.items() if isinstance(it, Capacity)}
    known = {(it.skill, it.period): it for it in said.capacities}
    await set_scenario(session, plan, code, _limited(said, [*(known | limits).values()]))
    return ImportedCapacities(
        capacities=[CapacityView.model_validate(it) for it in limits.values()],
        left_out=[
            CapacityLeftOut(skill=skill, period=period, reason=it)
            for (skill, period), it in found.items()
            if isinstance(it, str)
        ],
        version=plan.version,
    )


async def _asked_for(session: AsyncSession, plan: InvestmentPlan) -> set[str]:
    return {need.skill for it in await queries.candidates(session, plan.id) for need in it.said.demands}


async def _months(
    session: AsyncSession, skills: Collection[str], periods: Sequence[PlanPeriod]
) -> dict[str, list[KnownCapacity]]:
    K, found = KnownCapacity, defaultdict(list)
    within = K.starts_on >= periods[0].starts_on, K.ends_on <= periods[-1].ends_on
    for month in await session.scalars(select(K).where(among(K.code, skills), *within).order_by(K.starts_on)):
        found[month.code].append(month)
    return found


def _limit(skill: str, period: PlanPeriod, months: Sequence[KnownCapacity]) -> Capacity | str:
    """Or why there is none."""
    inside = [it for it in months if it.starts_on >= period.starts_on and it.ends_on <= period.ends_on]
    days = sum((it.ends_on - it.starts_on for it in inside), timedelta()).days
    if not inside:
        return "Nothing is known of it."
    if days != (whole := (period.ends_on - period.starts_on).days):
        return f"Of its {whole} days {days} are known."
    quantity = exact_sum(it.available for it in inside)
    try:
        return Capacity.model_validate({"skill": skill, "period": period.code, "quantity": quantity})
    except ValidationError:
        return f"{plain(quantity)} is no quantity that a limit can have: at most 12 digits, then 4 decimals."


def _limited(said: ScenarioContent, capacities: Sequence[Capacity]) -> ScenarioContent:
    try:
        return ScenarioContent.model_validate({**dict(said), "capacities": capacities})
    except ValidationError as error:
        raise Unfit("A scenario has at most 500 capacities.", reasons=[str(len(capacities))]) from error
