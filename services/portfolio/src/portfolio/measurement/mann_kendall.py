"""Whether a series rises or falls: the Mann-Kendall test (Mann 1945, Kendall 1975), and how fast: Sen's slope (1968).

S = Σ sign(later − earlier) over all pairs. Without a trend each order of the values is as likely as any other. Up to
EXACT_UNTIL points the two-sided probability of |S| or more is exact, ties included: S = pairs − 2·inversions, and
inversions of a multiset are counted by the q-multinomial coefficient. Beyond, the normal distribution approximates it,
with var S = [n(n−1)(2n+5) − Σ t(t−1)(2t+5)] / 18 over groups of t ties, and a continuity correction of 1.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

EXACT_UNTIL = 40

Point = tuple[int, Decimal]
"""The number of a window, and the value in it."""


class Movement(StrEnum):
    RISING = "rising"
    FALLING = "falling"
    NO_TREND_SHOWN = "no_trend_shown"
    NOT_ENOUGH_DATA = "not_enough_data"


class Distribution(StrEnum):
    EXACT = "exact"
    NORMAL = "normal"


@dataclass(frozen=True)
class TrendTest:
    """`slope` is per window, the median over all pairs; None of what was not tested."""

    movement: Movement
    s: int | None
    p_value: Fraction | None
    distribution: Distribution | None
    slope: Fraction | None


def fewest(significance: Decimal) -> int:
    """Points below which even a series that always rises would not be significant: 2/n! is its probability."""
    return next(n for n in range(2, 40) if Fraction(2, math.factorial(n)) <= Fraction(significance))


def mann_kendall(points: Sequence[Point], significance: Decimal) -> TrendTest:
    """Of points in order of time. `Not enough data` is not `no trend shown`: that much could show none."""
    if len(points) < fewest(significance):
        return TrendTest(Movement.NOT_ENOUGH_DATA, None, None, None, None)
    values = [value for _, value in points]
    s = statistic(values)
    if len(values) <= EXACT_UNTIL:
        p, distribution = exact_probability(values, s), Distribution.EXACT
    else:
        p, distribution = Fraction(normal_probability(values, s)), Distribution.NORMAL
    shown = p <= Fraction(significance)
    movement = Movement.NO_TREND_SHOWN if not shown else Movement.RISING if s > 0 else Movement.FALLING
    return TrendTest(movement, s, p, distribution, sen_slope(points))


def statistic(values: Sequence[Decimal]) -> int:
    return sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))


def sen_slope(points: Sequence[Point]) -> Fraction:
    slopes = sorted(
        Fraction(later[1] - earlier[1]) / (later[0] - earlier[0]) for earlier, later in combinations(points, 2)
    )
    middle = len(slopes) // 2
    return slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2


def exact_probability(values: Sequence[Decimal], s: int) -> Fraction:
    """Of |S| or more, over all orders of these values."""
    orders = inversions(sorted(Counter(values).values()))
    pairs = len(orders) - 1  # of different values: the most inversions that there can be
    extreme = sum(count for inverted, count in enumerate(orders) if abs(pairs - 2 * inverted) >= abs(s))
    return Fraction(extreme, sum(orders))


def inversions(groups: Sequence[int]) -> list[int]:
    """How many orders of a multiset with groups of these sizes have 0, 1, 2, … inversions: the coefficients of
    Π(1−q^i, i ≤ n) / Π over groups of Π(1−q^j, j ≤ size)."""
    n = sum(groups)
    most = (n * n - sum(size * size for size in groups)) // 2
    coefficients = [1] + [0] * most
    for power in range(1, n + 1):
        for at in range(most, power - 1, -1):
            coefficients[at] -= coefficients[at - power]
    for size in groups:
        for power in range(1, size + 1):
            for at in range(power, most + 1):
                coefficients[at] += coefficients[at - power]
    return coefficients


def normal_probability(values: Sequence[Decimal], s: int) -> float:
    n = len(values)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if s == 0 or variance == 0:
        return 1.0
    return math.erfc((abs(s) - 1) / math.sqrt(variance) / math.sqrt(2))
