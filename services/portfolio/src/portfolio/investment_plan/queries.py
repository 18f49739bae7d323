"""Questions about investment plans."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from chassis.problems import NoSuchResource
from portfolio.business_case.model import BusinessCase
from portfolio.investment_plan.content import PlanInputs, ScenarioContent
from portfolio.investment_plan.model import InvestmentPlan, PlanCandidate, PlanScenario
from portfolio.investment_plan.solution import PlanSolution
from portfolio.investment_plan.terms import PlanStatus, SolutionKind, SolutionState


async def held(session: AsyncSession, id: UUID, *, version: int | None = None) -> InvestmentPlan:
    """The plan, at this version if one is given; whoever else would change it waits until the transaction ends."""
    await session.execute(select(InvestmentPlan.id).where(InvestmentPlan.id == id).with_for_update())
    return await found(session, InvestmentPlan, id, version=version)


def candidates_of(plan_id: UUID) -> Select[PlanCandidate]:
    return select(PlanCandidate).where(PlanCandidate.investment_plan_id == plan_id)


async def candidates(session: AsyncSession, plan_id: UUID) -> Sequence[PlanCandidate]:
    return (await session.scalars(candidates_of(plan_id).order_by(PlanCandidate.code))).all()


async def scenarios(session: AsyncSession, plan_id: UUID) -> Sequence[PlanScenario]:
    S = PlanScenario
    return (await session.scalars(select(S).where(S.investment_plan_id == plan_id).order_by(S.code))).all()


async def scenario_of(session: AsyncSession, plan: InvestmentPlan, code: str) -> PlanScenario:
    scenario = await session.get(PlanScenario, (plan.id, code))
    if scenario is None:
        raise NoSuchResource(f"The plan {plan.code} has no scenario {code}.")
    return scenario


def inputs(plan: InvestmentPlan, there: Sequence[PlanCandidate], scenario: PlanScenario) -> PlanInputs:
    return PlanInputs(
        currency=plan.currency,
        periods=plan.years,
        candidates=[it.said for it in there],
        scenario=ScenarioContent.model_validate(scenario.content),
    )


async def solution_of(session: AsyncSession, plan_id: UUID, solution_id: UUID, *, locked: bool = False) -> PlanSolution:
    S = PlanSolution
    query = select(S).where(S.id == solution_id, S.investment_plan_id == plan_id)
    solution = await session.scalar(query.with_for_update() if locked else query)
    if solution is None:
        raise NoSuchResource(f"The plan has no solution with the id {solution_id}.")
    return solution


async def newest_selections(session: AsyncSession, plan_id: UUID) -> Sequence[PlanSolution]:
    """The newest one of each scenario."""
    S = PlanSolution
    query = (
        select(S)
        .ext(distinct_on(S.scenario))
        .where(S.investment_plan_id == plan_id, S.kind == SolutionKind.SELECTION, S.state == SolutionState.DONE)
        .order_by(S.scenario, S.id.desc())
    )
    return (await session.scalars(query)).all()


async def funding(session: AsyncSession, service_id: UUID, *, code: str | None) -> InvestmentPlan | None:
    """An approved plan that funds a business case of this service: the one with the code, or without one the newest."""
    C = PlanCandidate
    query = (
        select(InvestmentPlan)
        .join(C, C.investment_plan_id == InvestmentPlan.id)
        .join(BusinessCase, BusinessCase.id == C.business_case_id)
        .where(InvestmentPlan.status == PlanStatus.APPROVED, C.funded, BusinessCase.service_id == service_id)
    )
    if code is not None:
        query = query.where(InvestmentPlan.code == code)
    return await session.scalar(query.order_by(InvestmentPlan.id.desc()).limit(1))
