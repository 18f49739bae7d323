"""The scenarios of a plan side by side, by the newest selection of each."""

from collections.abc import Sequence
from decimal import Decimal

from chassis.fingerprint import fingerprint
from chassis.money import exact_sum
from portfolio.investment_plan import queries
from portfolio.investment_plan.content import PlanInputs
from portfolio.investment_plan.model import InvestmentPlan, PlanCandidate, PlanScenario
from portfolio.investment_plan.result import SelectionResult
from portfolio.investment_plan.solution import PlanSolution
from portfolio.investment_plan.solution_schemas import ComparedCandidate, ComparedScenario, PlanComparison


def compared(
    plan: InvestmentPlan,
    there: Sequence[PlanCandidate],
    scenarios: Sequence[PlanScenario],
    solutions: Sequence[PlanSolution],
) -> PlanComparison:
    """Of the scenarios that are there, and by the figures that each solution was given."""
    digests = {it.code: fingerprint(queries.inputs(plan, there, it)) for it in scenarios}
    solved = [it for it in solutions if it.scenario in digests]
    funded = {it.scenario: set(it.selected) for it in solved}
    everywhere = set.intersection(*funded.values()) if funded else set()
    names = {candidate["code"]: candidate["name"] for it in solved for candidate in it.question["inputs"]["candidates"]}
    return PlanComparison(
        scenarios=[_scenario(it, current=it.digest == digests[it.scenario]) for it in solved],
        in_all=sorted(everywhere),
        differing=[
            ComparedCandidate(
                code=code, name=names[code], funded_in=sorted(s for s, some in funded.items() if code in some)
            )
            for code in sorted(set().union(*funded.values()) - everywhere)
        ],
        not_solved=sorted(digests.keys() - funded.keys()),
    )


def _scenario(solution: PlanSolution, *, current: bool) -> ComparedScenario:
    result = SelectionResult.model_validate(solution.result)
    inputs = PlanInputs.model_validate(solution.question["inputs"])
    chosen = [it for it in inputs.candidates if it.code in set(result.selected)]
    return ComparedScenario(
        scenario=solution.scenario,
        solution_id=solution.id,
        current=current,
        outcome=result.outcome,
        value=result.value,
        gap=result.gap,
        cost=result.cost,
        funded=len(chosen),
        npv=exact_sum(it.npv or Decimal(0) for it in chosen),
        score=exact_sum(it.score or Decimal(0) for it in chosen),
        costs=result.costs,
        categories=result.categories,
    )
