"""Damped trend with season: one step by hand, and many against statsmodels (see statsmodels_figures.py)."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from finance.forecast.holt_winters import SEASON, Smoothing, State, fit, line, project, smooth, start

FIGURES = json.loads(Path(__file__).with_name("statsmodels_figures.json").read_text(encoding="utf-8"))
EACH = pytest.mark.parametrize("known", FIGURES["series"].values(), ids=FIGURES["series"].keys())
WAVE = tuple(10 * math.sin(2 * math.pi * month / SEASON) for month in range(SEASON))


def started(known: dict[str, Any]) -> State:
    first = known["start"]
    return State(first["level"], first["trend"], tuple(first["seasons"]))


def test_one_month_moves_level_trend_and_season_as_worked_by_hand() -> None:
    """Expected 100 + 0.8 × 10 + 5 = 113, came 120. Level 0.5 × 115 + 0.5 × 108; trend 0.5 × 11.5 + 0.5 × 8; season
    0.2 × 12 + 0.8 × 5. Then 111.5 + 0.8 × 9.75, and 111.5 + (0.8 + 0.64) × 9.75."""
    by = Smoothing(level=0.5, trend=0.5, season=0.2, damping=0.8)
    state, squares = smooth([120.0], by, State(100.0, 10.0, (5.0, *[0.0] * 11)))
    assert squares == pytest.approx(49)
    assert (state.level, state.trend) == pytest.approx((111.5, 9.75))
    assert state.seasons == pytest.approx((*[0.0] * 11, 6.4))
    assert project(state, by, 2) == pytest.approx([119.3, 125.54])


def test_a_line_with_a_yearly_wave_is_started_exactly() -> None:
    state = start([102 + 2 * at + WAVE[at % SEASON] for at in range(24)])
    assert (state.level, state.trend) == pytest.approx((100, 2))
    assert state.seasons == pytest.approx(WAVE)


def test_a_line_of_least_squares_as_worked_by_hand() -> None:
    assert line([1.0, 3.0, 2.0]) == pytest.approx((1.5, 0.5))


@EACH
def test_with_the_same_smoothing_errors_and_forecasts_are_those_of_statsmodels(known: dict[str, Any]) -> None:
    by = Smoothing(**FIGURES["smoothing"])
    state, squares = smooth(known["values"], by, started(known))
    assert squares == pytest.approx(known["fixed"]["squares"], rel=1e-6)
    assert project(state, by, 18) == pytest.approx(known["fixed"]["ahead"], rel=1e-6)


@EACH
def test_from_the_same_start_the_fit_is_not_worse_than_that_of_statsmodels(known: dict[str, Any]) -> None:
    by = fit(known["values"], started(known))
    assert smooth(known["values"], by, started(known))[1] <= known["fitted"]["squares"] * 1.02


@EACH
def test_the_fit_is_the_same_every_time_and_keeps_its_bounds(known: dict[str, Any]) -> None:
    by = fit(known["values"], start(known["values"]))
    assert by == fit(known["values"], start(known["values"]))
    assert 0 < by.level < 1
    assert 0 <= by.trend <= 1
    assert 0 <= by.season <= 1 - by.level
    assert 0.8 <= by.damping <= 0.995


@EACH
def test_our_start_is_no_worse_than_the_heuristic_one_of_statsmodels(known: dict[str, Any]) -> None:
    values, own = known["values"], start(known["values"])
    assert smooth(values, fit(values, own), own)[1] <= known["fitted"]["squares"] * 1.02
