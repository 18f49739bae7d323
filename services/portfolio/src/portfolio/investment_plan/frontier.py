"""The efficient frontier: the best value for each size of the budgets, every point proved by itself."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from chassis.money import exact_sum, of_fraction
from portfolio.investment_plan.content import PlanInputs
from portfolio.investment_plan.findings import DECIMALS, codes, gap_of, shown_seconds
from portfolio.investment_plan.optimizer import Answer, Effort, solve
from portfolio.investment_plan.program import Program, cost_of
from portfolio.investment_plan.result import FrontierPoint, FrontierResult
from portfolio.investment_plan.terms import SELECTED, LimitKind


def frontier(
    inputs: PlanInputs,
    program: Program,
    percents: list[int],
    effort: Effort,
    tell: Callable[[int, int], None],
) -> FrontierResult:
    """`percents` rise; each point may take its share of the time. A larger budget begins at what the smaller funds."""
    points: list[FrontierPoint] = []
    before: Answer | None = None
    for done, percent in enumerate(percents):
        tell(done, len(percents))
        sized = _sized(program, percent)
        known = before is not None and before.outcome in SELECTED
        start = before.selected if before is not None and known else None
        answer = solve(sized, Effort(effort.seconds / len(percents), effort.gap, start))
        points.append(_point(inputs, sized, percent, answer, before if known else None, points[-1] if known else None))
        before = answer
    return FrontierResult(points=points)


def _sized(program: Program, percent: int) -> Program:
    return program.with_limits(it.raised(percent - 100) if it.kind is LimitKind.BUDGET else it for it in program.limits)


def _point(
    inputs: PlanInputs,
    program: Program,
    percent: int,
    answer: Answer,
    before: Answer | None,
    last: FrontierPoint | None,
) -> FrontierPoint:
    known = answer.outcome in SELECTED
    budget = exact_sum(it.amount or Decimal(0) for it in program.limits if it.kind is LimitKind.BUDGET)
    value = program.worth(answer.selected) if known else None
    more = budget - last.budget if last else Decimal(0)
    gain = value - last.value if last and value is not None and last.value is not None else None
    return FrontierPoint(
        seconds=shown_seconds(answer),
        percent=percent,
        budget=budget,
        outcome=answer.outcome,
        value=value,
        bound=program.in_units(answer.bound) if known and answer.bound is not None else None,
        gap=gap_of(answer) if known else None,
        cost=exact_sum(cost_of(inputs.candidates[at]) for at in answer.selected) if known else None,
        funded=len(answer.selected),
        added=codes(inputs, answer.selected - before.selected) if before else [],
        dropped=codes(inputs, before.selected - answer.selected) if before and known else [],
        gain_per_unit=of_fraction(Fraction(gain) / Fraction(more), DECIMALS).normalize()
        if gain is not None and more
        else None,
    )
