"""Writes statsmodels_figures.json beside it: what statsmodels says of a few series, to hold our smoothing against.

Run with statsmodels 0.15 installed in an environment of its own; nothing of Steward needs it:
    python tests/finance/forecast/statsmodels_figures.py
"""

import json
import math
import warnings
from pathlib import Path
from typing import Any

from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

SEASON = 12
SMOOTHING = {"level": 0.3, "trend": 0.2, "season": 0.15, "damping": 0.92}
HERE = Path(__file__)


def series(months: int, *, slope: float, swing: float, noise: float, turn: int | None = None) -> list[float]:
    """Spend in cents: a trend that may turn, a year's wave, a December peak, and a noise that is no random number."""
    values, trend = [], 0.0
    for at in range(months):
        trend += -slope if turn is not None and at >= turn else slope
        wave = swing * math.sin(2 * math.pi * at / SEASON) + (swing if at % SEASON == 8 else 0.0)
        values.append(round(10_000 + trend + wave + noise * (math.sin(at * at * 1.7) + math.sin(3.3 * at)), 2))
    return values


SERIES = {
    "rising": series(48, slope=60, swing=900, noise=120),
    "turning": series(72, slope=90, swing=400, noise=350, turn=40),
    "two years": series(24, slope=-25, swing=1500, noise=200),
    "mostly noise": series(60, slope=0, swing=100, noise=800),
}


def model(values: list[float], **start: Any) -> ExponentialSmoothing:
    kind = {"trend": "add", "damped_trend": True, "seasonal": "add", "seasonal_periods": SEASON}
    return ExponentialSmoothing(values, **kind, **start)


def figures(values: list[float]) -> dict[str, Any]:
    heuristic = model(values, initialization_method="heuristic").fit(**_fixed(), optimized=False)
    start = {
        "level": float(heuristic.params["initial_level"]),
        "trend": float(heuristic.params["initial_trend"]),
        "seasons": [float(each) for each in heuristic.params["initial_seasons"]],
    }
    known = {
        "initialization_method": "known",
        "initial_level": start["level"],
        "initial_trend": start["trend"],
        "initial_seasonal": start["seasons"],
    }
    return {
        "values": values,
        "start": start,
        "fixed": {
            "squares": float(model(values, **known).fit(**_fixed(), optimized=False).sse),
            "ahead": ahead(values, start),
        },
        "fitted": {
            "squares": float(model(values, **known).fit(optimized=True, use_brute=True).sse),
            "squares_with_fitted_start": float(model(values).fit(optimized=True, use_brute=True).sse),
        },
    }


def ahead(values: list[float], start: dict[str, Any]) -> list[float]:
    """Of the state space form, because the other one forecasts each twelfth month by the season of the year before
    (statsmodels issue 9538). There the trend follows by the product of both shares, and seasons come newest first."""
    kind = {"error": "add", "trend": "add", "damped_trend": True, "seasonal": "add", "seasonal_periods": SEASON}
    fixed = [SMOOTHING["level"], SMOOTHING["level"] * SMOOTHING["trend"], SMOOTHING["season"], SMOOTHING["damping"]]
    states = [start["level"], start["trend"], *reversed(start["seasons"])]
    found = ETSModel(values, **kind).smooth([*fixed, *states])
    return [float(each) for each in found.forecast(18)]


def _fixed() -> dict[str, float]:
    return {
        "smoothing_level": SMOOTHING["level"],
        "smoothing_trend": SMOOTHING["trend"],
        "smoothing_seasonal": SMOOTHING["season"],
        "damping_trend": SMOOTHING["damping"],
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found = {"smoothing": SMOOTHING, "series": {name: figures(values) for name, values in SERIES.items()}}
    HERE.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
