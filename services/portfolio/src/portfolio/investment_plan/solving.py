"""The process that solves one question: it reads it from its input, and writes progress and the result, line by line.

`python -m portfolio.investment_plan.solving`. It ends with whoever started it, whose end closes its input.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from typing import IO, Any

from chassis.money import of_fraction, plain
from portfolio.investment_plan.content import PlanInputs
from portfolio.investment_plan.explanation import Explainer, Explanation, clash_of
from portfolio.investment_plan.findings import DECIMALS, explained
from portfolio.investment_plan.frontier import frontier
from portfolio.investment_plan.optimizer import Effort, solve
from portfolio.investment_plan.program import program_of
from portfolio.investment_plan.result import FrontierResult, SelectionResult
from portfolio.investment_plan.settings import FrontierSettings, Settings
from portfolio.investment_plan.terms import SELECTED, SolutionKind, SolutionOutcome

TELL_SECONDS = 0.5

Tell = Callable[[dict[str, Any]], None]


def answer(question: dict[str, Any], tell: Tell) -> SelectionResult | FrontierResult:
    inputs = PlanInputs.model_validate(question["inputs"])
    if question["kind"] == SolutionKind.FRONTIER:
        asked = FrontierSettings.model_validate(question["settings"])
        effort = Effort(asked.time_limit_seconds, Fraction(asked.accepted_gap))
        return frontier(inputs, program_of(inputs), asked.percents, effort, _steps("frontier", tell))
    return select(inputs, Settings.model_validate(question["settings"]), tell)


def select(inputs: PlanInputs, asked: Settings, tell: Tell) -> SelectionResult:
    """All limits are checked once more in whole numbers before anything is said."""
    program = program_of(inputs)

    def watch(best: int, bound: int | None) -> None:
        gap = Fraction(bound - best, abs(best)) if bound is not None and best else None
        tell(
            {
                "stage": "selection",
                "value": plain(program.in_units(best)),
                "bound": None if bound is None else plain(program.in_units(bound)),
                "gap": None if gap is None else plain(of_fraction(gap, DECIMALS).normalize()),
            }
        )

    effort = Effort(asked.time_limit_seconds, Fraction(asked.accepted_gap), watch=watch)
    found = solve(program, effort)
    explanation, clash = Explanation(), None
    if found.outcome is SolutionOutcome.INFEASIBLE:
        tell({"stage": "clash"})
        clash = clash_of(program, asked.time_limit_seconds)
    elif found.outcome in SELECTED:
        if not program.holds(found.selected):
            raise AssertionError("the selection does not keep the limits")
        if asked.explain:
            explanation = Explainer(program, found, effort, _steps("explanation", tell)).explain(asked.raise_percent)
    return explained(inputs, program, found, explanation, clash)


def _steps(stage: str, tell: Tell) -> Callable[[int, int], None]:
    return lambda done, of: tell({"stage": stage, "done": done, "of": of})


class Teller:
    """Writes what is new, not too often; a new stage at once."""

    def __init__(self, to: IO[str]) -> None:
        self._to, self._next, self._stage = to, 0.0, ""

    def tell(self, progress: dict[str, Any]) -> None:
        now = time.monotonic()
        if now >= self._next or progress["stage"] != self._stage:
            self._next, self._stage = now + TELL_SECONDS, progress["stage"]
            self.write({"progress": progress})

    def write(self, said: dict[str, Any]) -> None:
        self._to.write(json.dumps(said) + "\n")
        self._to.flush()


def _end_with_the_asker() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """The solver greets on standard output, which is therefore led aside."""
    os.nice(5)  # whoever waits for an answer of the service comes first
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        question = json.loads(sys.stdin.readline())
        threading.Thread(target=_end_with_the_asker, daemon=True).start()
        teller = Teller(out)
        teller.write({"result": answer(question, teller.tell).model_dump(mode="json")})


if __name__ == "__main__":
    main()
