"""What every method says of the months to come, how it fared in the back-test, and which one is believed."""

from collections.abc import Sequence
from dataclasses import dataclass

from finance.forecast.back_test import LEAST_ERRORS, LEAST_ORIGINS, Accuracy, Spread, accuracy, spread, trials
from finance.forecast.method import METHODS, Method, MethodName, Unusable, driver_rate, floor_of

TOO_LITTLE = "Too little history to try any method: the mean of the last months, at most three, stands in."


@dataclass(frozen=True)
class Figure:
    """A month to come; low and high are None where the back-test gives no range."""

    amount: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Projected:
    """One method. `reason` says why it has no figures, was not tried, or has no range; None when it has all of them."""

    name: MethodName
    minimum: int
    figures: list[Figure]
    accuracy: Accuracy | None
    reason: str | None


@dataclass(frozen=True)
class Projection:
    """`chosen` is None when there is nothing to go by; `why` always says why."""

    methods: list[Projected]
    chosen: Projected | None
    why: str


def project(values: Sequence[float], months: int, quantities: Sequence[float] | None = None) -> Projection:
    """`values` are spend by month, oldest first; `quantities` those of a driver, as `driver_rate` takes them."""
    asked = [*METHODS, driver_rate(quantities)] if quantities is not None else METHODS
    if not values:
        return Projection([], None, "There is no history: nothing was posted in the scope before this month.")
    methods = [_projected(method, values, months) for method in asked]
    tried = [method for method in methods if method.accuracy]
    if not tried:
        stand_in = next(method for method in methods if method.name == MethodName.RUN_RATE)
        return Projection(methods, stand_in, TOO_LITTLE)
    best = min(tried, key=_error)
    return Projection(methods, best, _why(best))


def _projected(method: Method, values: Sequence[float], months: int) -> Projected:
    try:
        amounts = method.figures(values, months)
    except Unusable as unusable:
        return Projected(method.name, method.minimum, [], None, str(unusable))
    found = trials(method, values)
    around = spread(found)
    return Projected(
        method.name,
        method.minimum,
        figures=[_figure(amount, ahead, around, floor_of(values)) for ahead, amount in enumerate(amounts, start=1)],
        accuracy=accuracy(found, values) if found else None,
        reason=None if around else _lacking(method, len(found), len(values)),
    )


def _figure(amount: float, ahead: int, around: Spread | None, floor: float) -> Figure:
    if around is None:
        return Figure(amount, None, None)
    low, high = around.around(amount, ahead)
    return Figure(amount, max(floor, low), high)


def _lacking(method: Method, errors: int, months: int) -> str:
    if errors:
        return f"No range: the back-test gave {errors} errors, and a range takes {LEAST_ERRORS}."
    return f"Not tried: a back-test takes {method.minimum + LEAST_ORIGINS} months of history; there are {months}."


def _error(method: Projected) -> float:
    """Equal errors leave the one that is named first, which is the simpler one."""
    return method.accuracy.ratio if method.accuracy else float("inf")


def _why(best: Projected) -> str:
    if best.name == MethodName.NAIVE:
        return "No method erred less in the back-test than the last month repeated."
    return f"It erred least in the back-test: {_error(best):.2f} of the error of the last month repeated."
