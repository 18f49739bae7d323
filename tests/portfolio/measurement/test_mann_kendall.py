"""Whether a series rises or falls: known answers, and the exact distribution against all orders of the values."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.measurement.mann_kendall import (
    EXACT_UNTIL,
    Distribution,
    Movement,
    TrendTest,
    exact_probability,
    fewest,
    inversions,
    mann_kendall,
    normal_probability,
    sen_slope,
    statistic,
)

FIVE_PERCENT = Decimal("0.05")


def series(*values: object) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


def judged(*values: object, significance: Decimal = FIVE_PERCENT) -> TrendTest:
    return mann_kendall(list(enumerate(series(*values))), significance)


def test_a_series_that_always_rises_shows_it_from_five_points_on() -> None:
    """S = 10; of 120 orders only the rising and the falling one are as extreme: 2/120."""
    rising = judged(1, 2, 3, 4, 5)
    assert (rising.movement, rising.s, rising.p_value) == (Movement.RISING, 10, Fraction(1, 60))
    assert (rising.slope, rising.distribution) == (Fraction(1), Distribution.EXACT)
    assert judged(5, 4, 3, 2, 1).movement is Movement.FALLING


def test_too_few_points_are_something_else_than_no_trend() -> None:
    assert judged(1, 2, 3, 4).movement is Movement.NOT_ENOUGH_DATA
    assert judged(1, 2, 3, 4).p_value is None
    assert judged(2, 1, 4, 3, 5).movement is Movement.NO_TREND_SHOWN
    assert judged(7, 7, 7, 7, 7).p_value == 1


@pytest.mark.parametrize(("significance", "points"), [("0.1", 4), ("0.05", 5), ("0.01", 6), ("0.001", 7)])
def test_the_fewest_points_are_those_that_could_show_something(significance: str, points: int) -> None:
    assert fewest(Decimal(significance)) == points
    assert judged(*range(points), significance=Decimal(significance)).movement is Movement.RISING
    assert judged(*range(points - 1), significance=Decimal(significance)).movement is Movement.NOT_ENOUGH_DATA


def test_published_probabilities_of_kendalls_s_are_met() -> None:
    """One-sided tables of Kendall's S: n = 10, S = 21 has 0.036; n = 8, S = 16 has 0.031; n = 4, S = 4 has 0.167."""

    def one_sided(n: int, s: int) -> Fraction:
        orders = inversions([1] * n)
        return Fraction(sum(c for i, c in enumerate(orders) if len(orders) - 1 - 2 * i >= s), math.factorial(n))

    assert round(float(one_sided(10, 21)), 3) == 0.036
    assert round(float(one_sided(8, 16)), 3) == 0.031
    assert round(float(one_sided(4, 4)), 3) == 0.167


def test_a_slope_counts_the_windows_between_and_no_outlier_moves_it() -> None:
    assert sen_slope([(0, Decimal(1)), (1, Decimal(2)), (4, Decimal(5))]) == 1
    assert sen_slope(list(enumerate(series(1, 2, 3, 100, 5)))) == 1
    assert sen_slope([(0, Decimal(1)), (2, Decimal(2))]) == Fraction(1, 2)


def enumerated(values: Sequence[Decimal], s: int) -> Fraction:
    """By trying all orders."""
    orders = [abs(statistic(order)) >= abs(s) for order in permutations(values)]
    return Fraction(sum(orders), len(orders))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=6))
def test_the_exact_probability_is_the_share_of_all_orders_ties_included(drawn: list[int]) -> None:
    values = series(*drawn)
    assert exact_probability(values, statistic(values)) == enumerated(values, statistic(values))


def test_all_orders_of_seven_different_values_agree_with_the_exact_distribution() -> None:
    values = series(3, 1, 4, 7, 5, 9, 2)
    assert exact_probability(values, statistic(values)) == enumerated(values, statistic(values))


@pytest.mark.parametrize("n", [10, 40])
def test_every_order_is_counted_once(n: int) -> None:
    assert sum(inversions([1] * n)) == math.factorial(n)
    assert sum(inversions([2] * (n // 2))) == math.factorial(n) // 2 ** (n // 2)


def test_from_forty_one_points_the_normal_distribution_takes_over_close_to_the_exact_one() -> None:
    values = series(*(at + (at * 37) % 41 for at in range(EXACT_UNTIL + 1)))
    points = list(enumerate(values))
    assert mann_kendall(points, FIVE_PERCENT).distribution is Distribution.NORMAL
    assert mann_kendall(points[:-1], FIVE_PERCENT).distribution is Distribution.EXACT
    s = statistic(values)
    assert abs(normal_probability(values, s) - float(exact_probability(values, s))) < 0.01


def test_the_normal_approximation_corrects_for_ties_and_continuity() -> None:
    """n = 8, ties of 2 and 3: var S = (8·7·21 − 2·1·9 − 3·2·11) / 18 = 1092/18; z = (24 − 1) / √60.67 = 2.953."""
    values = series(1, 2, 2, 3, 4, 4, 4, 5)
    s = statistic(values)
    assert s == 28 - 1 - 3
    expected = math.erfc((s - 1) / math.sqrt(1092 / 18) / math.sqrt(2))
    assert math.isclose(normal_probability(values, s), expected, rel_tol=1e-12)
    assert normal_probability(series(4, 4, 4), 0) == 1
