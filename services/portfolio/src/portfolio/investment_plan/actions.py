"""What happens to investment plans: candidates come in, solutions are asked for, one of them is decided on."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.fingerprint import fingerprint
from chassis.ids import uuid7
from chassis.problems import Conflict
from portfolio.investment_plan import queries
from portfolio.investment_plan.content import Candidate, ScenarioContent
from portfolio.investment_plan.model import InvestmentPlan, PlanCandidate, PlanScenario, Unfit
from portfolio.investment_plan.settings import FrontierSettings, Settings
from portfolio.investment_plan.solution import PlanSolution
from portfolio.investment_plan.terms import SolutionKind, SolutionState

MOST_SCENARIOS, MOST_WAITING = 20, 20


class TooManyWaiting(Conflict, code="portfolio.investment-plan.too-many-waiting"):
    """Twenty solutions of this plan wait or run already."""


class TooManyScenarios(Conflict, code="portfolio.investment-plan.too-many-scenarios"):
    """A plan has at most twenty scenarios."""


def new_candidate(plan: InvestmentPlan, said: Candidate, **origin: Any) -> PlanCandidate:
    origin = {"business_case_id": None, "business_case_number": None, "service_id": None, "beyond": Decimal(0)} | origin
    candidate = PlanCandidate(investment_plan_id=plan.id, code=said.code, funded=False, **origin)
    describe(candidate, said)
    return candidate


def describe(candidate: PlanCandidate, said: Candidate) -> bool:
    """Whether that was new."""
    content = said.model_dump(mode="json", exclude={"code"})
    changed = candidate.content != content
    candidate.content, candidate.category = content, said.category
    return changed


async def set_candidates(session: AsyncSession, plan: InvestmentPlan, said: Iterable[Candidate]) -> None:
    """In place of all that are there. A candidate that came of a business case and is not named goes too; one that is
    named keeps where it came from."""
    plan.change()
    wanted = {it.code: it for it in said}
    plan.check_costs(wanted.values())
    there = {it.code: it for it in await queries.candidates(session, plan.id)}
    C = PlanCandidate
    await session.execute(delete(C).where(C.investment_plan_id == plan.id, C.code.in_(there.keys() - wanted.keys())))
    for code, it in wanted.items():
        if code in there:
            describe(there[code], it)
        else:
            session.add(new_candidate(plan, it))
    await session.flush()


async def set_scenario(session: AsyncSession, plan: InvestmentPlan, code: str, said: ScenarioContent) -> PlanScenario:
    plan.change()
    there = {it.code: it for it in await queries.scenarios(session, plan.id)}
    if code not in there and len(there) >= MOST_SCENARIOS:
        raise TooManyScenarios
    scenario = there.get(code) or PlanScenario(investment_plan_id=plan.id, code=code)
    scenario.content = said.model_dump(mode="json")
    session.add(scenario)
    await session.flush()
    return scenario


async def ask(
    session: AsyncSession,
    plan: InvestmentPlan,
    scenario: str,
    settings: Settings | FrontierSettings,
    *,
    by: str,
    at: datetime,
) -> PlanSolution:
    """Freezes the question with all its inputs; a worker takes it up. NotDraft, Unfit, TooManyWaiting."""
    plan.check_draft()
    there = await queries.candidates(session, plan.id)
    inputs = queries.inputs(plan, there, await queries.scenario_of(session, plan, scenario))
    if reasons := (["The plan has no candidate."] if not there else inputs.unknown()):
        raise Unfit(" ".join(reasons[:3]), reasons=reasons[:100])
    S = PlanSolution
    pending = S.state.in_([SolutionState.QUEUED, SolutionState.RUNNING])
    waiting = select(func.count()).select_from(S).where(S.investment_plan_id == plan.id, pending)
    if (await session.execute(waiting)).scalar_one() >= MOST_WAITING:
        raise TooManyWaiting
    kind = SolutionKind.FRONTIER if isinstance(settings, FrontierSettings) else SolutionKind.SELECTION
    solution = PlanSolution(
        id=uuid7(),
        investment_plan_id=plan.id,
        scenario=scenario,
        kind=kind,
        question={
            "kind": kind,
            "inputs": inputs.model_dump(mode="json"),
            "settings": settings.model_dump(mode="json"),
        },
        digest=fingerprint(inputs),
        asked_by=by,
        asked_at=at,
        state=SolutionState.QUEUED,
        attempt=0,
    )
    session.add(solution)
    await session.flush()
    return solution


async def submit(session: AsyncSession, plan: InvestmentPlan, solution: PlanSolution, **act: Any) -> None:
    """`act` is what `InvestmentPlan.submit` takes beside."""
    there = await queries.candidates(session, plan.id)
    scenario = await session.get(PlanScenario, (plan.id, solution.scenario))
    digest = fingerprint(queries.inputs(plan, there, scenario)) if scenario else ""
    plan.submit(solution, digest, **act)
    await session.flush()


async def approve(session: AsyncSession, plan: InvestmentPlan, **act: Any) -> None:
    """`act` is what `InvestmentPlan.approve` takes beside."""
    funded = []
    if plan.solution_id:
        selected = set((await queries.solution_of(session, plan.id, plan.solution_id)).selected)
        funded = [it for it in await queries.candidates(session, plan.id) if it.code in selected]
    plan.approve(funded, **act)
    await session.flush()
