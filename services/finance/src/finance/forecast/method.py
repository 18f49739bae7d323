"""The ways to forecast months of spend from the months before; floats throughout, since nothing of it is booked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from finance.forecast import holt_winters

RUN_RATE_MONTHS = 3
RATE_MONTHS = 12
YEAR = 12
LARGEST = 1e17


class MethodName(StrEnum):
    NAIVE = "naive"
    RUN_RATE = "run_rate"
    SAME_MONTH_LAST_YEAR = "same_month_last_year"
    STRAIGHT_LINE = "straight_line"
    DAMPED_TREND_WITH_SEASON = "damped_trend_with_season"
    DRIVER_RATE = "driver_rate"


class Unusable(Exception):
    """Why a method has nothing to say of these months."""


@dataclass(frozen=True)
class Method:
    """`ahead` gives the months that follow a series of at least `minimum` months."""

    name: MethodName
    minimum: int
    ahead: Callable[[Sequence[float], int], list[float]]

    def figures(self, values: Sequence[float], months: int) -> list[float]:
        """Never below the floor. Unusable, with the reason, when there is too little to go by or no bound is kept."""
        if len(values) < self.minimum:
            raise Unusable(f"It needs {self.minimum} months of history; there are {len(values)}.")
        floor = floor_of(values)
        figures = [max(floor, figure) for figure in self.ahead(values, months)]
        if any(abs(figure) >= LARGEST for figure in figures):
            raise Unusable("Its figures leave what a ledger can hold.")
        return figures


def floor_of(values: Sequence[float]) -> float:
    """A series that never was below zero is not forecast there: no method knows that spend ends at nothing."""
    return 0.0 if min(values) >= 0 else -LARGEST


def naive(values: Sequence[float], months: int) -> list[float]:
    """The last month again: what every other method has to beat."""
    return [values[-1]] * months


def run_rate(values: Sequence[float], months: int) -> list[float]:
    """The mean of the last three months, or of those that there are."""
    return [fmean(values[-RUN_RATE_MONTHS:])] * months


def same_month_last_year(values: Sequence[float], months: int) -> list[float]:
    """The month of the last year that there is, again and again."""
    return [values[len(values) - YEAR + at % YEAR] for at in range(months)]


def straight_line(values: Sequence[float], months: int) -> list[float]:
    """The line of least squares through all months, drawn on."""
    first, slope = holt_winters.line(values)
    return [first + slope * (len(values) + at) for at in range(months)]


def damped_trend_with_season(values: Sequence[float], months: int) -> list[float]:
    start = holt_winters.start(values)
    smoothing = holt_winters.fit(values, start)
    state, _ = holt_winters.smooth(values, smoothing, start)
    return holt_winters.project(state, smoothing, months)


METHODS = (
    Method(MethodName.NAIVE, 1, naive),
    Method(MethodName.RUN_RATE, 1, run_rate),
    Method(MethodName.SAME_MONTH_LAST_YEAR, YEAR, same_month_last_year),
    Method(MethodName.STRAIGHT_LINE, 3, straight_line),
    Method(MethodName.DAMPED_TREND_WITH_SEASON, holt_winters.LEAST_MONTHS, damped_trend_with_season),
)


def driver_rate(quantities: Sequence[float]) -> Method:
    """The driver's quantity of each month × what a unit of it cost over the last twelve months that had any.

    `quantities` run from the first month of the series to the last one asked for; 0 where none was in force.
    """

    def ahead(values: Sequence[float], months: int) -> list[float]:
        before = zip(values, quantities, strict=False)  # the quantities go on into the months asked for
        recent = [(value, quantity) for value, quantity in before if quantity][-RATE_MONTHS:]
        if not recent:
            raise Unusable("The driver has no quantity in any month of history.")
        rate = sum(value for value, _ in recent) / sum(quantity for _, quantity in recent)
        return [rate * quantity for quantity in quantities[len(values) : len(values) + months]]

    return Method(MethodName.DRIVER_RATE, 1, ahead)
