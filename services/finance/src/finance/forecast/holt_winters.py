"""Damped additive trend with an additive season (Holt and Winters): floats throughout, since nothing of it is booked.

Source of the recursions and bounds: Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing (2008),
sections 2.3 and 2.6; the season is that of a year of months.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean

SEASON = 12
LEAST_MONTHS = 2 * SEASON

_EDGE = 1e-4
_LEAST_DAMPING, _MOST_DAMPING = 0.8, 0.995
_GRID = (0.1, 0.4, 0.8)
_STARTS = 3
_FIRST_STEP, _LAST_STEP = 0.32, 0.01
_MOST_TRIES = 400

Point = tuple[float, ...]


@dataclass(frozen=True)
class Smoothing:
    """How fast level, trend (as a share of the level's change) and season follow, and how the trend fades a month."""

    level: float
    trend: float
    season: float
    damping: float

    @classmethod
    def at(cls, point: Point) -> "Smoothing":
        """From four numbers of 0 to 1 into the bounds that keep the model forecastable: the trend (times the level)
        no faster than the level, the season no faster than what the level leaves."""
        level, trend, season, damping = point
        alpha = _EDGE + level * (1 - 2 * _EDGE)
        return cls(
            level=alpha,
            trend=trend,
            season=season * (1 - alpha),
            damping=_LEAST_DAMPING + damping * (_MOST_DAMPING - _LEAST_DAMPING),
        )


@dataclass(frozen=True)
class State:
    """Level and trend after a month, and the season of the twelve months before and with it, oldest first."""

    level: float
    trend: float
    seasons: tuple[float, ...]


def start(values: Sequence[float]) -> State:
    """The state before the first month: a centred year's mean takes the season out of up to five years, a line through
    its first ten months gives level and trend. Needs LEAST_MONTHS."""
    cycles = min(5, len(values) // SEASON)
    used = values[: cycles * SEASON]
    half = SEASON // 2
    means = [
        (fmean(used[at - half : at + half]) + fmean(used[at - half + 1 : at + half + 1])) / 2
        for at in range(half, len(used) - half)
    ]
    over = [used[at + half] - mean for at, mean in enumerate(means)]
    effects = [fmean(over[(month - half) % SEASON :: SEASON]) for month in range(SEASON)]
    first, slope = line(means[:10])
    return State(first - slope * (half + 1), slope, tuple(effect - fmean(effects) for effect in effects))


def line(values: Sequence[float]) -> tuple[float, float]:
    """Least squares through (0, v0), (1, v1), …: its value at 0 and its slope. Needs two values."""
    centre, mean = (len(values) - 1) / 2, fmean(values)
    slope = sum((at - centre) * (value - mean) for at, value in enumerate(values)) / sum(
        (at - centre) ** 2 for at in range(len(values))
    )
    return mean - slope * centre, slope


def smooth(values: Sequence[float], by: Smoothing, state: State) -> tuple[State, float]:
    """The state after the last month, and the sum of squared errors of the forecasts for one month ahead."""
    alpha, beta, gamma, phi = by.level, by.trend, by.season, by.damping
    level, trend, seasons, squares = state.level, state.trend, list(state.seasons), 0.0
    for at, value in enumerate(values):
        season = seasons[at % SEASON]
        expected = level + phi * trend
        squares += (value - expected - season) ** 2
        before = level
        level = alpha * (value - season) + (1 - alpha) * expected
        trend = beta * (level - before) + (1 - beta) * phi * trend
        seasons[at % SEASON] = gamma * (value - expected) + (1 - gamma) * season
    turn = len(values) % SEASON
    return State(level, trend, tuple(seasons[turn:] + seasons[:turn])), squares


def project(state: State, by: Smoothing, months: int) -> list[float]:
    """The months that follow the state."""
    figures, damping, trend = [], 1.0, 0.0
    for at in range(months):
        damping *= by.damping
        trend += damping * state.trend
        figures.append(state.level + trend + state.seasons[at % SEASON])
    return figures


def fit(values: Sequence[float], state: State) -> Smoothing:
    """The smoothing with the least squared error from this start, as far as a bounded search finds it: from the best
    points of a grid, steps along each axis that halve when none is better. The same values give the same answer."""
    tried: dict[Point, float] = {}

    def squares(point: Point) -> float:
        if point not in tried:
            tried[point] = smooth(values, Smoothing.at(point), state)[1]
        return tried[point]

    grid = sorted(product(_GRID, repeat=4), key=squares)
    best = min((_descend(squares, point) for point in grid[:_STARTS]), key=squares)
    return Smoothing.at(best)


def _descend(squares: Callable[[Point], float], point: Point) -> Point:
    step, tries = _FIRST_STEP, 0
    while step >= _LAST_STEP and tries < _MOST_TRIES:
        around = [_moved(point, axis, by) for axis in range(len(point)) for by in (-step, step)]
        tries += len(around)
        best = min(around, key=squares)
        if squares(best) < squares(point):
            point = best
        else:
            step /= 2
    return point


def _moved(point: Point, axis: int, by: float) -> Point:
    return tuple(min(1.0, max(0.0, part + by)) if at == axis else part for at, part in enumerate(point))
