"""What each method says of small series that can be worked by hand."""

from collections.abc import Callable, Sequence

import pytest

from finance.forecast.method import (
    METHODS,
    MethodName,
    Unusable,
    driver_rate,
    naive,
    run_rate,
    same_month_last_year,
    straight_line,
)

BY_NAME = {method.name: method for method in METHODS}


@pytest.mark.parametrize(
    ("ahead", "values", "expected"),
    [
        (naive, [10, 20, 35], [35, 35]),
        (run_rate, [10, 20, 30, 40], [30, 30]),
        (run_rate, [10, 20], [15, 15]),
        (run_rate, [7], [7, 7]),
        (straight_line, [1, 3, 2], [3, 3.5]),
        (same_month_last_year, list(range(1, 15)), [3, 4]),
    ],
)
def test_a_method_gives_what_is_worked_by_hand(
    ahead: Callable[[Sequence[float], int], list[float]], values: list[float], expected: list[float]
) -> None:
    assert ahead(values, 2) == pytest.approx(expected)


def test_last_years_months_come_again_beyond_a_year() -> None:
    assert same_month_last_year(list(range(1, 13)), 14) == [*range(1, 13), 1, 2]


def test_a_driver_is_worth_what_its_unit_cost() -> None:
    """600 over 60 units is 10 each; the month without any quantity says nothing of the rate."""
    method = driver_rate([10, 20, 0, 30, 40, 0])
    assert method.figures([100, 200, 50, 300], 2) == pytest.approx([400, 0])


def test_the_rate_is_that_of_the_last_twelve_months_with_a_quantity() -> None:
    assert driver_rate([1] * 15).figures([1000, 1000, *[5] * 12], 1) == [5]


def test_a_driver_without_quantities_says_so() -> None:
    with pytest.raises(Unusable, match="no quantity in any month"):
        driver_rate([0, 0, 5]).figures([10, 20], 1)


@pytest.mark.parametrize(
    ("name", "minimum"),
    [
        ("naive", 1),
        ("run_rate", 1),
        ("straight_line", 3),
        ("same_month_last_year", 12),
        ("damped_trend_with_season", 24),
    ],
)
def test_a_method_needs_its_minimum_of_history(name: MethodName, minimum: int) -> None:
    assert len(BY_NAME[name].figures([5.0] * minimum, 36)) == 36
    with pytest.raises(Unusable, match=f"needs {minimum} months of history; there are {minimum - 1}"):
        BY_NAME[name].figures([5.0] * (minimum - 1), 1)


def test_spend_that_never_was_below_zero_is_not_forecast_there() -> None:
    falling = BY_NAME[MethodName.STRAIGHT_LINE]
    assert falling.figures([30, 20, 10], 2) == pytest.approx([0, 0])
    assert falling.figures([30, 20, 10, 0, -10], 1) == pytest.approx([-20])


def test_figures_that_no_ledger_holds_are_not_given() -> None:
    with pytest.raises(Unusable, match="leave what a ledger can hold"):
        driver_rate([1, 1e9]).figures([1e16], 1)
