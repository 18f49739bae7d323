"""Why a selection is what it is: what binds, what more would bring, what each link costs, and what clashes."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from portfolio.investment_plan.optimizer import Answer, Effort, solve
from portfolio.investment_plan.program import Limit, Program
from portfolio.investment_plan.terms import SELECTED, LimitKind, SolutionOutcome

MOST_RAISES, MOST_LINKS = 20, 40


@dataclass(frozen=True)
class Change:
    """The answer to the same question with one limit raised or given up; `limits` are positions in the program, of all
    budgets together several."""

    limits: tuple[int, ...]
    program: Program
    answer: Answer


@dataclass
class Explanation:
    """`unexplored` are limits for which there was no time."""

    raised: list[Change] = field(default_factory=list)
    given_up: list[Change] = field(default_factory=list)
    unexplored: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Clash:
    """Positions of limits that cannot all be kept. Irreducible: without any one of them the others can."""

    limits: tuple[int, ...]
    irreducible: bool


def binds(limit: Limit, selected: frozenset[int]) -> bool:
    """Whether nothing that is left out and needs some of it would fit into what is left of it."""
    (row,) = limit.rows
    left = (row.most or 0) - row.of(selected)
    needs = [number for at, number in row.coefficients.items() if at not in selected and number > 0]
    return bool(needs) and min(needs) > left


class Explainer:
    """Asks again with one limit changed, each time beginning at the selection that is explained, until time is up."""

    def __init__(self, program: Program, answer: Answer, effort: Effort, tell: Callable[[int, int], None]) -> None:
        self._program, self._answer, self._tell = program, answer, tell
        self._until = time.monotonic() + effort.seconds
        # To prove a part of an explanation tighter than the selection itself would say nothing more.
        self._gap = max(effort.gap, answer.gap or Fraction(0))

    def explain(self, raise_percent: int) -> Explanation:
        limits = list(enumerate(self._program.limits))
        binding = [at for at, it in limits if it.is_quantity and binds(it, self._answer.selected)]
        budgets = tuple(at for at, it in limits if it.kind is LimitKind.BUDGET)
        links = [at for at, it in limits if not it.is_quantity]
        raises: list[tuple[int, ...]] = [(at,) for at in binding[:MOST_RAISES]]
        raises += [budgets] if len(budgets) > 1 and set(budgets) & set(binding) else []
        found = Explanation(unexplored=[*binding[MOST_RAISES:], *links[MOST_LINKS:]])
        steps = len(raises) + len(links[:MOST_LINKS])
        for done, places in enumerate(raises):
            self._tell(done, steps)
            self._ask(places, self._raised(places, raise_percent), found.raised, found)
        for done, at in enumerate(links[:MOST_LINKS], len(raises)):
            self._tell(done, steps)
            self._ask((at,), self._program.without(self._program.limits[at]), found.given_up, found)
        return found

    def _raised(self, places: Sequence[int], percent: int) -> Program:
        limits = enumerate(self._program.limits)
        return self._program.with_limits(it.raised(percent) if at in places else it for at, it in limits)

    def _ask(self, places: tuple[int, ...], program: Program, into: list[Change], found: Explanation) -> None:
        seconds = self._until - time.monotonic()
        answer = solve(program, Effort(seconds, self._gap, self._answer.selected)) if seconds > 0 else None
        if answer is None or answer.outcome not in SELECTED:
            found.unexplored += [at for at in places if at not in found.unexplored]
            return
        into.append(Change(places, program, answer))


def clash_of(program: Program, seconds: float) -> Clash:
    """Of a program without an answer: limits that clash, found by leaving out ever smaller parts (a deletion filter
    that halves: U. Junker, QuickXplain, AAAI 2004)."""
    until = time.monotonic() + seconds
    # What can never clash alone comes last, so that what is kept to are the links that somebody has to look at.
    order = sorted(range(len(program.limits)), key=lambda at: (program.limits[at].is_quantity, at))
    question = replace(program, values=(0,) * program.size)
    out_of_time = False

    def possible(places: Iterable[int]) -> bool:
        nonlocal out_of_time
        left = until - time.monotonic()
        kept = question.with_limits(program.limits[at] for at in sorted(places))
        answer = solve(kept, Effort(left)) if left > 0 else Answer(SolutionOutcome.NO_ANSWER)
        out_of_time = out_of_time or answer.outcome is SolutionOutcome.NO_ANSWER
        return answer.outcome is not SolutionOutcome.INFEASIBLE

    found = _conflict([], order, possible, grown=False)
    return Clash(tuple(sorted(found)), irreducible=not out_of_time)


def _conflict(kept: list[int], rest: list[int], possible: Callable[[list[int]], bool], *, grown: bool) -> list[int]:
    """A smallest part of `rest` that cannot be kept beside `kept`."""
    if grown and not possible(kept):
        return []
    if len(rest) <= 1:
        return rest
    first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    of_second = _conflict([*kept, *first], second, possible, grown=True)
    of_first = _conflict([*kept, *of_second], first, possible, grown=bool(of_second))
    return [*of_first, *of_second]
