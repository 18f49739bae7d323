"""Trying a method on the series itself: each of the last months is forecast from those before it alone.

Rolling origin as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), section 5.10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean, quantiles

from finance.forecast.method import Method, Unusable, naive

ORIGINS = 12
HORIZON = 12
LEAST_ORIGINS = 3
LEAST_ERRORS = 10


@dataclass(frozen=True)
class Trial:
    """One month forecast `ahead` months before; errors are forecast − actual."""

    ahead: int
    error: float
    naive_error: float


@dataclass(frozen=True)
class Accuracy:
    """`mae` and `naive_mae` are mean absolute errors over the same forecasts; `bias` is the mean error.

    `mase` is `mae` in units of the mean absolute change from month to month over the whole series (Hyndman and Koehler,
    Another look at measures of forecast accuracy, 2006); None for a series that never changed.
    """

    forecasts: int
    mae: float
    naive_mae: float
    mase: float | None
    bias: float

    @property
    def ratio(self) -> float:
        """The error in units of that of the naive forecast: methods with different minimums were tried on different
        months, and only this compares them."""
        if self.naive_mae:
            return self.mae / self.naive_mae
        return float("inf") if self.mae else 0.0


@dataclass(frozen=True)
class Spread:
    """How far below and above a forecast four of five months fell: the 10 % and 90 % quantiles of the errors, each
    over the root of its distance. Both are widened to hold the forecast itself."""

    below: float
    above: float

    def around(self, figure: float, ahead: int) -> tuple[float, float]:
        """Wider with the root of the distance, as of a sum of independent monthly surprises."""
        return figure - self.below * sqrt(ahead), figure + self.above * sqrt(ahead)


def trials(method: Method, values: Sequence[float]) -> list[Trial]:
    """From up to the last twelve origins that leave the method its minimum, up to twelve months ahead each; none when
    it could forecast from fewer than three of them."""
    origins = range(max(method.minimum, len(values) - ORIGINS), len(values))
    found = [trial for origin in origins if (trial := _from(origin, method, values))]
    return [trial for each in found for trial in each] if len(found) >= LEAST_ORIGINS else []


def _from(origin: int, method: Method, values: Sequence[float]) -> list[Trial]:
    before, actual = values[:origin], values[origin : origin + HORIZON]
    try:
        figures = method.figures(before, len(actual))
    except Unusable:
        return []
    repeated = naive(before, len(actual))
    return [
        Trial(ahead, figure - value, last - value)
        for ahead, (figure, last, value) in enumerate(zip(figures, repeated, actual, strict=True), start=1)
    ]


def accuracy(found: Sequence[Trial], values: Sequence[float]) -> Accuracy:
    """Needs at least one trial, and so at least two months."""
    mae = fmean(abs(trial.error) for trial in found)
    change = fmean(abs(after - before) for before, after in pairwise(values))
    return Accuracy(
        forecasts=len(found),
        mae=mae,
        naive_mae=fmean(abs(trial.naive_error) for trial in found),
        mase=mae / change if change else None,
        bias=fmean(trial.error for trial in found),
    )


def spread(found: Sequence[Trial]) -> Spread | None:
    """None for fewer than ten errors, of which no tenth can be told."""
    if len(found) < LEAST_ERRORS:
        return None
    tenths = quantiles((trial.error / sqrt(trial.ahead) for trial in found), n=10, method="inclusive")
    return Spread(below=max(0.0, tenths[8]), above=max(0.0, -tenths[0]))
