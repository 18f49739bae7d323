"""Errors of methods on the series itself, the range that they give, and the choice."""

import math

import pytest

from finance.forecast.back_test import HORIZON, Spread, Trial, accuracy, spread, trials
from finance.forecast.method import METHODS, MethodName
from finance.forecast.projection import TOO_LITTLE, Projection, project

BY_NAME = {method.name: method for method in METHODS}
RISING = [10.0, 20.0, 30.0, 40.0, 50.0]


def errors(projection: Projection) -> dict[str, float]:
    return {method.name: method.accuracy.ratio for method in projection.methods if method.accuracy}


def test_errors_of_the_run_rate_as_worked_by_hand() -> None:
    """From 10: 10, 20, 30, 40 too low; from 15: 15, 25, 35; from 20: 20, 30; from 30: 20. The last month repeated: 10,
    20, 30, 40; 10, 20, 30; 10, 20; 10. From month to month the series changes by 10."""
    found = accuracy(trials(BY_NAME[MethodName.RUN_RATE], RISING), RISING)
    assert (found.forecasts, found.mae, found.naive_mae) == (10, 24.5, 20)
    assert found.bias == -24.5
    assert found.mase == pytest.approx(2.45)


def test_a_forecast_in_the_back_test_knows_nothing_of_what_came_later() -> None:
    told = trials(BY_NAME[MethodName.RUN_RATE], [*RISING, 1_000_000.0])
    assert told[0].error == 10 - 20


def test_a_method_is_tried_from_twelve_months_and_no_further_than_twelve_ahead() -> None:
    found = trials(BY_NAME[MethodName.NAIVE], [float(at) for at in range(40)])
    assert len(found) == 12 + 11 + 10 + 9 + 8 + 7 + 6 + 5 + 4 + 3 + 2 + 1
    assert max(trial.ahead for trial in found) == HORIZON


def test_a_method_that_could_be_tried_from_fewer_than_three_months_is_not_tried() -> None:
    assert trials(BY_NAME[MethodName.STRAIGHT_LINE], RISING) == []
    assert len(trials(BY_NAME[MethodName.STRAIGHT_LINE], [*RISING, 60.0])) == 3 + 2 + 1


def test_a_series_that_never_changed_has_no_scale() -> None:
    found = accuracy(trials(BY_NAME[MethodName.RUN_RATE], [5.0] * 6), [5.0] * 6)
    assert (found.mae, found.mase, found.ratio) == (0, None, 0)


def test_the_range_is_that_of_the_errors_and_widens_with_the_root_of_the_distance() -> None:
    """Of errors 0 to 10 (promised too much), a tenth is below 1 and a tenth above 9: months fall up to 9 below."""
    found = spread([Trial(ahead=1, error=float(error), naive_error=0) for error in range(11)])
    assert found == Spread(below=9, above=0)
    assert found.around(100, 1) == (91, 100)
    assert found.around(100, 4) == (82, 100)


def test_errors_of_far_months_count_by_the_root_of_their_distance() -> None:
    far = [Trial(ahead=4, error=2.0 * error, naive_error=0) for error in range(-5, 6)]
    assert spread(far) == Spread(below=4, above=4)


def test_ten_errors_are_needed_for_a_range() -> None:
    assert spread([Trial(1, 1.0, 1.0)] * 9) is None


def test_the_method_that_erred_least_is_chosen() -> None:
    line = project([10.0 * at for at in range(1, 10)], 2)
    assert line.chosen
    assert line.chosen.name == MethodName.STRAIGHT_LINE
    assert [figure.amount for figure in line.chosen.figures] == pytest.approx([100, 110])
    wave = project([100 + 50 * math.sin(math.pi * at / 6) + 30 * (at % 12 == 8) for at in range(26)], 12)
    assert wave.chosen
    assert wave.chosen.name == MethodName.SAME_MONTH_LAST_YEAR


def test_a_trend_with_a_season_is_best_followed_by_the_method_that_knows_both() -> None:
    values = [1000 + 20 * at + 200 * math.sin(math.pi * at / 6) + 15 * math.sin(at * at) for at in range(60)]
    chosen = project(values, 6).chosen
    assert chosen
    assert chosen.name == MethodName.DAMPED_TREND_WITH_SEASON


def test_of_equal_methods_the_simplest_is_chosen() -> None:
    constant = project([5.0] * 30, 1)
    assert constant.chosen
    assert constant.chosen.name == MethodName.NAIVE
    assert constant.why == "No method erred less in the back-test than the last month repeated."


def test_a_driver_that_explains_spend_is_chosen() -> None:
    quantities = [10.0, 14, 9, 20, 13, 17, 30, 30]
    driven = project([3 * quantity for quantity in quantities[:6]], 2, quantities)
    assert driven.chosen
    assert driven.chosen.name == MethodName.DRIVER_RATE
    assert [figure.amount for figure in driven.chosen.figures] == pytest.approx([90, 90])


def test_a_single_month_is_its_own_run_rate_without_error_or_range() -> None:
    single = project([42.0], 3)
    assert single.chosen
    assert single.chosen.name == MethodName.RUN_RATE
    assert [(figure.amount, figure.low, figure.high) for figure in single.chosen.figures] == [(42, None, None)] * 3
    assert (single.chosen.accuracy, single.why) == (None, TOO_LITTLE)
    assert single.chosen.reason == "Not tried: a back-test takes 4 months of history; there are 1."


def test_a_method_that_is_tried_too_little_for_a_range_says_so() -> None:
    naive = project([1.0, 5.0, 2.0, 9.0], 1).methods[0]
    assert naive.reason == "No range: the back-test gave 6 errors, and a range takes 10."


def test_without_history_there_is_nothing_to_go_by() -> None:
    nothing = project([], 3)
    assert (nothing.methods, nothing.chosen) == ([], None)
    assert "no history" in nothing.why


def test_the_range_of_a_forecast_widens_month_by_month() -> None:
    naive = project([500.0, 590.0, 520.0, 570.0, 530.0, 580.0, 510.0, 560.0], 4).methods[0]
    widths = [
        figure.high - figure.low for figure in naive.figures if figure.high is not None and figure.low is not None
    ]
    assert [width / widths[0] for width in widths] == pytest.approx([1, math.sqrt(2), math.sqrt(3), 2])


def test_low_never_falls_below_zero_where_spend_never_did() -> None:
    chosen = project([1.0, 90.0, 2.0, 70.0, 3.0, 80.0, 1.0, 60.0], 12).chosen
    assert chosen
    assert all(figure.low is not None and figure.low >= 0 for figure in chosen.figures)


def test_errors_are_beside_those_of_the_naive_forecast() -> None:
    assert errors(project(RISING, 1)) == {"naive": 1, "run_rate": pytest.approx(24.5 / 20)}
