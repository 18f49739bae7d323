"""What makes a measurement."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.measurement.model import Unmeasurable, value_in
from portfolio.service_level.terms import Metric, Window
from portfolio.service_level.windows import end_of

D = Decimal


def value(unit: str, **figures: Decimal) -> Decimal | None:
    given = {"value": None, "volume_met": None, "volume": None, **figures}
    return value_in(unit, Metric.FULFILMENT_TIME, **given)


@pytest.mark.parametrize(("unit", "expected"), [("percent", "90.322580645161"), ("fraction", "0.903225806452")])
def test_a_share_is_stated_in_the_unit_of_its_service_level(unit: str, expected: str) -> None:
    assert value(unit, volume_met=D(28), volume=D(31)) == D(expected)


def test_a_value_is_kept_as_it_is_stated() -> None:
    assert value("hours", value=D("3.50")) == D("3.50")


def test_no_figures_are_no_measurement() -> None:
    assert value("percent") is None


def test_a_volume_without_the_part_that_met_the_target_is_no_measurement() -> None:
    assert value("fraction", volume=D(1620)) is None


def test_a_share_of_no_cases_is_no_measurement() -> None:
    assert value("fraction", volume_met=D(0), volume=D(0)) is None


def test_a_share_of_none_of_some_cases_is_a_measured_zero() -> None:
    assert value("percent", volume_met=D(0), volume=D(10)) == 0


@pytest.mark.parametrize(
    ("unit", "figures", "field"),
    [
        ("percent", {"value": D(90), "volume_met": D(9), "volume": D(10)}, "value"),
        ("percent", {"volume_met": D(11), "volume": D(10)}, "volume_met"),
        ("percent", {"volume_met": D(1)}, "volume"),
        ("hours", {"volume_met": D(1), "volume": D(2)}, "volume_met"),
        ("fraction", {"value": D("97.2")}, "value"),
        ("percent", {"value": D("100.1")}, "value"),
    ],
)
def test_figures_that_cannot_be_are_refused_by_the_name_of_the_field(
    unit: str, figures: dict[str, Decimal], field: str
) -> None:
    with pytest.raises(Unmeasurable) as refused:
        value(unit, **figures)
    assert refused.value.field == field


def test_throughput_may_exceed_what_was_promised_in_percent() -> None:
    assert value_in("percent", Metric.THROUGHPUT, value=D(120), volume_met=None, volume=None) == 120


@pytest.mark.parametrize(
    ("window", "starts_on", "ends_on"),
    [
        (Window.DAY, date(2024, 2, 28), date(2024, 2, 29)),
        (Window.WEEK, date(2025, 12, 29), date(2026, 1, 5)),
        (Window.MONTH, date(2025, 12, 1), date(2026, 1, 1)),
        (Window.MONTH, date(2026, 1, 31), date(2026, 2, 28)),
        (Window.QUARTER, date(2025, 10, 1), date(2026, 1, 1)),
        (Window.QUARTER, date(2025, 9, 1), date(2025, 12, 1)),
        (Window.YEAR, date(2023, 4, 1), date(2024, 4, 1)),
        (Window.YEAR, date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_a_period_lasts_one_window(window: Window, starts_on: date, ends_on: date) -> None:
    assert end_of(window, starts_on) == ends_on
