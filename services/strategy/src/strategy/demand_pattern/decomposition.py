"""A series of months taken apart into trend, season and remainder: the classical additive decomposition.

Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), section 3.4. Exact fractions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

YEAR = 12
HALF = YEAR // 2
LEAST_MONTHS = 2 * YEAR


@dataclass(frozen=True)
class Decomposition:
    """Per month value = trend + season + remainder. Six months at either end have no trend and no remainder, which is
    not zero. `seasons` are those of the first twelve months; together they are zero."""

    trend: list[Fraction | None]
    seasons: list[Fraction]
    remainder: list[Fraction | None]

    def season(self, month: int) -> Fraction:
        """Of a month counted from the first one of the series, also beyond its end."""
        return self.seasons[month % YEAR]


def decompose(values: Sequence[Fraction]) -> Decomposition:
    """Needs LEAST_MONTHS. The trend is the mean of a year, centred; the season the mean of what exceeds it."""
    trend = [_centred_year(values, at) for at in range(len(values))]
    over: list[list[Fraction]] = [[] for _ in range(YEAR)]
    for at, (value, level) in enumerate(zip(values, trend, strict=True)):
        if level is not None:
            over[at % YEAR].append(value - level)
    raw = [mean(month) for month in over]
    seasons = [effect - mean(raw) for effect in raw]
    remainder = [
        None if level is None else value - level - seasons[at % YEAR]
        for at, (value, level) in enumerate(zip(values, trend, strict=True))
    ]
    return Decomposition(trend, seasons, remainder)


def _centred_year(values: Sequence[Fraction], at: int) -> Fraction | None:
    """The mean of 2 × 12 months: half of the sixth month before, eleven in between, half of the sixth after."""
    if not HALF <= at < len(values) - HALF:
        return None
    ends = (values[at - HALF] + values[at + HALF]) / 2
    return (ends + sum(values[at - HALF + 1 : at + HALF])) / YEAR


def mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
