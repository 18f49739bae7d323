"""What the months to come are expected to bring, from the months before them, with the error of the method stated.

Three methods, the naive one among them. Each is tried on the series itself: the last months are forecast from those
before them, and the mean absolute error counts. Exact fractions; a volume is never below zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from strategy.demand_pattern import decomposition
from strategy.demand_pattern.decomposition import decompose, mean

MOST_HELD_OUT = 6


class Method(StrEnum):
    """From the simplest on, which of equally good ones is taken."""

    NAIVE = "naive"
    LINEAR = "linear"
    SEASONAL_LINEAR = "seasonal_linear"


Ahead = Callable[[Sequence[Fraction], int], list[Fraction]]


@dataclass(frozen=True)
class Expectation:
    """`errors` has the mean absolute error of each method that the series was long enough to try."""

    method: Method
    volumes: list[Fraction]
    errors: Mapping[Method, Fraction]
    held_out: int


def expect(values: Sequence[Fraction], months: int, *, method: Method | None = None) -> Expectation:
    """By the method with the least error, or the one that is asked for, which must be possible. Needs one value."""
    held_out = min(MOST_HELD_OUT, len(values) // 4)
    errors = _errors(values, held_out)
    chosen = method or min(errors, key=lambda each: (errors[each], list(Method).index(each)), default=Method.NAIVE)
    return Expectation(chosen, _ahead(chosen, values, months), errors, held_out)


def possible(method: Method, values: Sequence[Fraction]) -> bool:
    return len(values) >= LEAST[method]


def _errors(values: Sequence[Fraction], held_out: int) -> dict[Method, Fraction]:
    if not held_out:
        return {}
    known, later = values[:-held_out], values[-held_out:]
    return {
        method: mean([abs(told - came) for told, came in zip(_ahead(method, known, held_out), later, strict=True)])
        for method in Method
        if possible(method, known)
    }


def _ahead(method: Method, values: Sequence[Fraction], months: int) -> list[Fraction]:
    return [max(Fraction(0), volume) for volume in AHEAD[method](values, months)]


def _naive(values: Sequence[Fraction], months: int) -> list[Fraction]:
    """The last month again."""
    return [values[-1]] * months


def _linear(values: Sequence[Fraction], months: int) -> list[Fraction]:
    """The line of least squares through all months, drawn on."""
    centre, level = Fraction(len(values) - 1, 2), mean(values)
    squares = sum((at - centre) ** 2 for at in range(len(values)))
    slope = sum(((at - centre) * value for at, value in enumerate(values)), Fraction(0)) / squares
    return [level + slope * (len(values) + at - centre) for at in range(months)]


def _seasonal_linear(values: Sequence[Fraction], months: int) -> list[Fraction]:
    """The line through the months without their season, drawn on, with the season added again."""
    parts = decompose(values)
    line = _linear([value - parts.season(at) for at, value in enumerate(values)], months)
    return [volume + parts.season(len(values) + at) for at, volume in enumerate(line)]


AHEAD: dict[Method, Ahead] = {
    Method.NAIVE: _naive,
    Method.LINEAR: _linear,
    Method.SEASONAL_LINEAR: _seasonal_linear,
}
LEAST: dict[Method, int] = {
    Method.NAIVE: 1,
    Method.LINEAR: 3,
    Method.SEASONAL_LINEAR: decomposition.LEAST_MONTHS,
}
