"""The integer solver: HiGHS finds and proves, and whole numbers have the last word on what it found."""

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import highspy
import numpy as np

from portfolio.investment_plan.program import Program, Row
from portfolio.investment_plan.terms import SolutionOutcome

# Numbers reach the solver as whole ones divided by a power of two: still exact, and small enough for its tolerances.
LARGEST = 2**20
NEARLY_ONE = 0.9
MOST_CUTS = 100
SEED = 20_261


@dataclass(frozen=True)
class Answer:
    """`worth` and `bound` in the whole numbers of the program; nothing can be worth more than `bound`."""

    outcome: SolutionOutcome
    selected: frozenset[int] = frozenset()
    worth: int = 0
    bound: int | None = None
    seconds: float = 0.0

    @property
    def gap(self) -> Fraction | None:
        """What is left to be proved, as a part of the worth; None where nothing was found or it is worth nothing."""
        if self.bound is None or (self.worth == 0 and self.bound > 0):
            return None
        return Fraction(self.bound - self.worth, abs(self.worth) or 1)


@dataclass(frozen=True)
class Effort:
    """How long to try, which gap to accept, where to begin, and whom to tell of the best and the bound so far."""

    seconds: float
    gap: Fraction = Fraction(0)
    start: Collection[int] | None = None
    watch: Callable[[int, int | None], None] | None = None


def solve(program: Program, effort: Effort) -> Answer:
    """What the solver holds for a selection and is not one, by a hair's breadth, is cut off, and it tries again."""
    begun = time.monotonic()
    cuts: list[Row] = []
    while True:
        left = begun + effort.seconds - time.monotonic()
        if left <= 0 or len(cuts) > MOST_CUTS:
            return Answer(SolutionOutcome.NO_ANSWER)
        answer = _solve(program, cuts, effort, left)
        wrong = next((row for row in program.rows if not row.holds(answer.selected)), None)
        if answer.outcome in (SolutionOutcome.INFEASIBLE, SolutionOutcome.NO_ANSWER) or wrong is None:
            return replace(answer, seconds=time.monotonic() - begun)
        cuts.append(_without(answer.selected, program.size))


def _without(selected: Collection[int], size: int) -> Row:
    """Any other selection differs in one candidate at least."""
    return Row({at: -1 if at in selected else 1 for at in range(size)}, least=1 - len(selected))


def _solve(program: Program, cuts: list[Row], effort: Effort, seconds: float) -> Answer:
    solver, halvings = _loaded(program, cuts)
    solver.setOptionValue("time_limit", seconds)
    solver.setOptionValue("mip_rel_gap", float(effort.gap))
    solver.setOptionValue("mip_abs_gap", math.ldexp(NEARLY_ONE, -halvings))
    if effort.start is not None:
        begun = highspy.HighsSolution()
        begun.col_value = [1.0 if at in effort.start else 0.0 for at in range(program.size)]
        solver.setSolution(begun)
    if effort.watch:
        watch = effort.watch

        def told(event: Any) -> None:
            best, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
            if abs(best) < highspy.kHighsInf:
                known = abs(bound) < highspy.kHighsInf
                watch(round(math.ldexp(-best, halvings)), _bound(-bound, halvings) if known else None)

        solver.cbMipInterrupt.subscribe(told)
    solver.run()
    return _read(program, solver, halvings)


def _read(program: Program, solver: Any, halvings: int) -> Answer:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(SolutionOutcome.INFEASIBLE)
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return Answer(SolutionOutcome.NO_ANSWER)
    selected = frozenset(at for at, value in enumerate(solver.getSolution().col_value) if value > 0.5)
    worth = sum(program.values[at] for at in selected)
    best = -info.mip_dual_bound
    bound = max(worth, _bound(best, halvings)) if abs(best) < highspy.kHighsInf else None
    if bound == worth:
        return Answer(SolutionOutcome.OPTIMAL, selected, worth, bound)
    ended = status == highspy.HighsModelStatus.kOptimal
    return Answer(SolutionOutcome.WITHIN_GAP if ended else SolutionOutcome.OUT_OF_TIME, selected, worth, bound)


def _bound(best: float, halvings: int) -> int:
    """The worth of a selection is a whole number: what lies between two of them is none."""
    exact = math.ldexp(best, halvings)
    return math.floor(exact + max(1e-6, abs(exact) * 1e-12))


def _loaded(program: Program, cuts: list[Row]) -> tuple[Any, int]:
    """The solver with the program in it, and how often its values were halved."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # it has no types
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", SEED)
    solver.setOptionValue("small_matrix_value", 1e-12)
    rows = [*program.rows, *cuts]
    halvings = _halvings(program.values)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.size, len(rows)
    model.col_cost_ = np.array([-math.ldexp(value, -halvings) for value in program.values])
    model.col_lower_ = np.zeros(program.size)
    model.col_upper_ = np.array([0.0 if at in program.barred else 1.0 for at in range(program.size)])
    model.integrality_ = [highspy.HighsVarType.kInteger] * program.size
    _fill(model, rows)
    solver.passModel(model)
    return solver, halvings


def _fill(model: Any, rows: list[Row]) -> None:
    starts, places, numbers = [0], [], []
    bounds: list[tuple[float, float]] = []
    for row in rows:
        by = _halvings(row.coefficients.values())
        for at, number in row.coefficients.items():
            if number:
                places.append(at)
                numbers.append(math.ldexp(number, -by))
        starts.append(len(places))
        bounds.append((_end(row.least, by, -highspy.kHighsInf), _end(row.most, by, highspy.kHighsInf)))
    model.row_lower_ = np.array([low for low, _ in bounds])
    model.row_upper_ = np.array([high for _, high in bounds])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts)
    model.a_matrix_.index_ = np.array(places, dtype=np.int32)
    model.a_matrix_.value_ = np.array(numbers, dtype=float)


def _end(bound: int | None, halvings: int, without: float) -> float:
    return without if bound is None else math.ldexp(bound, -halvings)


def _halvings(numbers: Collection[int]) -> int:
    largest = max((abs(it) for it in numbers), default=0)
    return max(largest.bit_length() - LARGEST.bit_length() + 1, 0)
