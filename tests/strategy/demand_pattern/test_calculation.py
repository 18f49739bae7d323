"""Trend, season, remainder and what is expected: answers worked out by hand."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.demand_pattern.decomposition import decompose
from strategy.demand_pattern.expectation import Method, expect, possible

SEASON = [6, 0, 0, 0, 0, 0, -6, 0, 0, 0, 0, 0]


def series(*numbers: int) -> list[F]:
    return [F(number) for number in numbers]


def line_with_season(months: int) -> list[F]:
    return [F(10 + 2 * at + SEASON[at % 12]) for at in range(months)]


def test_a_line_with_a_season_comes_apart_without_a_rest() -> None:
    parts = decompose(line_with_season(30))
    assert parts.trend[:6] == parts.trend[-6:] == [None] * 6
    assert parts.trend[6:8] == [F(22), F(24)]
    assert parts.seasons == SEASON
    assert set(parts.remainder[6:-6]) == {F(0)}


def test_a_single_peak_is_spread_over_its_year() -> None:
    """24 in the thirteenth of 25 months, else nothing: the year around it has 2 a month, 1 where it counts half. What
    exceeds that is 22 in its month, −2 in ten others and −1 in the seventh, on the average 1/12."""
    parts = decompose([F(24) if at == 12 else F(0) for at in range(25)])
    assert parts.trend[6:19] == [1, *[2] * 11, 1]
    assert parts.seasons == [F(263, 12), *[F(-25, 12)] * 5, F(-13, 12), *[F(-25, 12)] * 5]
    assert set(parts.remainder[6:19]) == {F(1, 12)}


@given(st.lists(st.integers(0, 10**6), min_size=24, max_size=60))
def test_the_parts_of_every_month_are_its_volume_and_the_seasons_cancel_out(numbers: list[int]) -> None:
    values = [F(number) for number in numbers]
    parts = decompose(values)
    for at, (trend, rest) in enumerate(zip(parts.trend, parts.remainder, strict=True)):
        if trend is not None and rest is not None:
            assert trend + parts.season(at) + rest == values[at]
    assert sum(parts.seasons) == 0


def test_the_last_month_goes_on_when_nothing_better_is_known() -> None:
    expected = expect(series(7), 3)
    assert (expected.method, expected.errors) == (Method.NAIVE, {})
    assert expected.volumes == [7, 7, 7]


def test_a_line_is_drawn_on() -> None:
    """Through 1, 2, 4: the slope is (−1·1 + 1·4) / 2 = 3/2 around 7/3, the mean."""
    expected = expect(series(1, 2, 4), 2, method=Method.LINEAR)
    assert expected.volumes == [F(16, 3), F(41, 6)]


def test_the_method_with_the_least_error_on_the_last_months_is_taken() -> None:
    """Of 1 … 8 the last two are held out: the line hits both, the naive forecast of 6 misses them by 1 and 2."""
    expected = expect(series(*range(1, 9)), 1)
    assert (expected.method, expected.held_out) == (Method.LINEAR, 2)
    assert expected.volumes == [9]
    assert expected.errors == {Method.NAIVE: F(3, 2), Method.LINEAR: 0}


def test_of_equally_good_methods_the_simplest_is_taken() -> None:
    assert expect(series(*[5] * 40), 1).method is Method.NAIVE


def test_a_season_is_repeated_on_the_line() -> None:
    expected = expect(line_with_season(36), 7)
    assert expected.method is Method.SEASONAL_LINEAR
    assert expected.errors[Method.SEASONAL_LINEAR] == 0
    assert expected.volumes == [10 + 72 + 6, 84, 86, 88, 90, 92, 94 - 6]


def test_no_volume_is_below_zero() -> None:
    assert expect(series(3, 2, 1), 3, method=Method.LINEAR).volumes == [0, 0, 0]


@pytest.mark.parametrize(("method", "least"), [(Method.NAIVE, 1), (Method.LINEAR, 3), (Method.SEASONAL_LINEAR, 24)])
def test_a_method_needs_so_many_months(method: Method, least: int) -> None:
    assert possible(method, series(*[1] * least))
    assert not possible(method, series(*[1] * (least - 1)))


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=60), st.integers(1, 36))
def test_whatever_was_counted_there_are_as_many_months_as_asked_for(numbers: list[int], months: int) -> None:
    volumes = expect([F(number) for number in numbers], months).volumes
    assert len(volumes) == months
    assert all(0 <= volume < 10**20 for volume in volumes)
