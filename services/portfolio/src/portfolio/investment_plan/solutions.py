"""The operations on the solutions of an investment plan: asked for, followed, cancelled, compared."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from chassis.application import Now
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code
from portfolio.investment_plan import actions, queries
from portfolio.investment_plan.comparison import compared
from portfolio.investment_plan.model import InvestmentPlan, NotDraft, Unfit
from portfolio.investment_plan.result import FrontierResult, SelectionResult
from portfolio.investment_plan.settings import FrontierSettings, Settings
from portfolio.investment_plan.solution import PlanSolution, SolutionEnded
from portfolio.investment_plan.solution_schemas import (
    AskFrontier,
    AskSolution,
    PlanComparison,
    Progress,
    SolutionSummary,
    SolutionView,
)
from portfolio.investment_plan.terms import SolutionKind, SolutionState

router = Router("investment-plans")

READ, SOLVE = "portfolio:investment-plan:read", "portfolio:investment-plan:solve"
ASKING = [NotDraft, Unfit, actions.TooManyWaiting, NoSuchResource]
SUMMARY = ("id", "investment_plan_id", "scenario", "kind", "state", "asked_by", "asked_at", "started_at", "ended_at")


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/solutions",
    permission=SOLVE,
    problems=ASKING,
    status=202,
    example={"scenario": "base", "time_limit_seconds": 60, "accepted_gap": "0.001"},
)
async def solve_investment_plan(
    investment_plan_id: UUID, command: AskSolution, session: Session, caller: CurrentCaller, now: Now
) -> SolutionView:
    """Ask for the best selection of a scenario; a worker takes it up, and the solution shows how far it is."""
    plan = await queries.held(session, investment_plan_id)
    asked = Settings.model_construct(**command.model_dump(exclude={"scenario"}))
    return _shown(await actions.ask(session, plan, command.scenario, asked, by=caller.subject, at=now))


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/frontiers",
    permission=SOLVE,
    problems=ASKING,
    status=202,
    example={"scenario": "base", "from_percent": 50, "to_percent": 150, "points": 11},
)
async def draw_efficient_frontier(
    investment_plan_id: UUID, command: AskFrontier, session: Session, caller: CurrentCaller, now: Now
) -> SolutionView:
    """Ask for the efficient frontier of a scenario: the best value at each size of its budgets."""
    plan = await queries.held(session, investment_plan_id)
    asked = FrontierSettings.model_construct(**command.model_dump(exclude={"scenario"}))
    return _shown(await actions.ask(session, plan, command.scenario, asked, by=caller.subject, at=now))


@router.operation("GET", "/investment-plans/{investment_plan_id}/solutions", permission=READ)
async def list_plan_solutions(
    investment_plan_id: UUID,
    session: Session,
    asked: AskedPage,
    scenario: Code | None = None,
    kind: SolutionKind | None = None,
    state: SolutionState | None = None,
) -> Page[SolutionSummary]:
    """List the solutions of an investment plan, without their results."""
    await found(session, InvestmentPlan, investment_plan_id)
    S = PlanSolution
    wanted = {"scenario": scenario, "kind": kind, "state": state}
    query = select(S).where(S.investment_plan_id == investment_plan_id).options(defer(S.question))
    query = query.filter_by(**{name: it for name, it in wanted.items() if it is not None})
    return await page(session, query, asked, sorts={"asked_at": S.asked_at}, tie=S.id)


@router.operation("GET", "/investment-plans/{investment_plan_id}/solutions/{solution_id}", permission=READ)
async def get_plan_solution(investment_plan_id: UUID, solution_id: UUID, session: Session) -> SolutionView:
    """Show a solution: how far it is, or its selection with what binds, what comes next and what each link costs."""
    return _shown(await queries.solution_of(session, investment_plan_id, solution_id))


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/solutions/{solution_id}/cancellation",
    permission=SOLVE,
    problems=[SolutionEnded],
)
async def cancel_plan_solution(
    investment_plan_id: UUID, solution_id: UUID, session: Session, caller: CurrentCaller, now: Now
) -> SolutionView:
    """Cancel a solution that waits or runs; whoever works on it stops within a second."""
    solution = await queries.solution_of(session, investment_plan_id, solution_id, locked=True)
    solution.cancel(caller.subject, now)
    await session.flush()
    return _shown(solution)


@router.operation("GET", "/investment-plans/{investment_plan_id}/comparison", permission=READ)
async def compare_plan_scenarios(investment_plan_id: UUID, session: Session) -> PlanComparison:
    """Compare the newest selection of each scenario: value, cost, and what only some of them fund."""
    plan = await found(session, InvestmentPlan, investment_plan_id)
    there = await queries.candidates(session, plan.id)
    scenarios = await queries.scenarios(session, plan.id)
    return compared(plan, there, scenarios, await queries.newest_selections(session, plan.id))


def _shown(solution: PlanSolution) -> SolutionView:
    result: Any = solution.result
    selected = solution.kind is SolutionKind.SELECTION
    return SolutionView.model_validate(
        {
            **{name: getattr(solution, name) for name in SUMMARY},
            "outcome": solution.outcome,
            "reason": solution.reason,
            "progress": solution.progress and Progress.model_validate(solution.progress).model_dump(),
            "selection": SelectionResult.model_validate(result) if result and selected else None,
            "frontier": FrontierResult.model_validate(result) if result and not selected else None,
        }
    )
