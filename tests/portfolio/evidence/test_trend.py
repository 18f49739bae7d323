"""How a figure moves from the earlier to the later half of a range."""

from decimal import Decimal

import pytest

from portfolio.evidence.trend import change, trend

D = Decimal


def test_the_middle_of_an_odd_number_of_periods_is_left_out() -> None:
    moved = trend([(D(100), D(1)), (D(900), D(1)), (D(115), D(1))])
    assert moved is not None
    assert (moved.earlier, moved.later, moved.change) == (D(100), D(115), D("0.15"))


def test_each_half_is_divided_as_a_whole_so_that_large_periods_weigh_more() -> None:
    moved = trend([(D(10), D(1)), (D(90), D(9)), (D(40), D(1)), (D(80), D(9))])
    assert moved is not None
    assert (moved.earlier, moved.later, moved.change) == (D(10), D(12), D("0.2"))


@pytest.mark.parametrize(
    "figures",
    [
        [],
        [(D(100), D(1))],
        [(D(100), D(0)), (D(100), D(1))],
        [(D(100), D(1)), (D(100), D(0))],
        [(D(0), D(1)), (D(100), D(1))],
    ],
)
def test_there_is_no_trend_without_something_to_begin_with_and_to_divide_by(figures: list[tuple[D, D]]) -> None:
    assert trend(figures) is None


def test_a_change_is_a_fraction_to_four_decimals() -> None:
    assert change(D(3), D(4)) == D("0.3333")
    assert change(D(4), D(0)) == D(-1)
    assert change(D(0), D(4)) is None
