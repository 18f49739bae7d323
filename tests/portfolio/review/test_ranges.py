"""When a review is due, and over which days it looks."""

from datetime import date

import pytest

from portfolio.days import DayRange
from portfolio.review.due import due_on
from portfolio.review.ranges import since, year_until, year_with


@pytest.mark.parametrize(
    ("launched", "decided", "due"),
    [
        (date(2024, 5, 17), None, date(2025, 5, 17)),
        (date(2024, 5, 17), date(2025, 7, 1), date(2026, 7, 1)),
        (date(2024, 5, 17), date(2024, 1, 1), date(2025, 5, 17)),
        (date(2024, 2, 29), None, date(2025, 2, 28)),
        (date(2023, 2, 28), None, date(2024, 2, 28)),
    ],
)
def test_a_review_is_due_a_year_after_launch_or_decision(launched: date, decided: date | None, due: date) -> None:
    assert due_on(launched_on=launched, decided_on=decided) == due


def test_a_year_of_evidence_is_twelve_whole_months() -> None:
    assert year_until(date(2026, 3, 31)) == DayRange(date(2025, 3, 1), date(2026, 3, 1))
    assert year_until(date(2026, 3, 1)) == DayRange(date(2025, 3, 1), date(2026, 3, 1))
    assert year_with(date(2025, 12, 31)) == DayRange(date(2025, 1, 1), date(2026, 1, 1))
    assert year_with(date(2026, 3, 1)) == DayRange(date(2025, 4, 1), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("decided", "retired", "today", "within", "months"),
    [
        (date(2026, 1, 15), None, date(2026, 5, 20), (date(2026, 2, 1), date(2026, 5, 1)), 3),
        (date(2026, 1, 1), None, date(2026, 2, 1), (date(2026, 1, 1), date(2026, 2, 1)), 1),
        (date(2025, 11, 30), None, date(2026, 2, 28), (date(2025, 12, 1), date(2026, 2, 1)), 2),
        (date(2026, 1, 15), None, date(2026, 2, 28), (date(2026, 1, 15), date(2026, 2, 28)), 0),
        (date(2026, 1, 15), date(2026, 3, 1), date(2026, 5, 20), (date(2026, 3, 1), date(2026, 5, 1)), 2),
        (date(2026, 1, 15), date(2026, 5, 10), date(2026, 5, 20), (date(2026, 1, 15), date(2026, 5, 20)), 0),
        (date(2026, 1, 15), date(2025, 12, 1), date(2026, 3, 1), (date(2026, 2, 1), date(2026, 3, 1)), 1),
    ],
)
def test_an_effect_is_measured_in_whole_months_since_the_decision_or_the_retirement(
    decided: date, retired: date | None, today: date, within: tuple[date, date], months: int
) -> None:
    passed = since(decided_on=decided, retired_on=retired, today=today)
    assert passed is not None
    assert (passed.within, passed.months) == (DayRange(*within), months)


def test_nothing_has_passed_on_the_day_of_the_decision() -> None:
    assert since(decided_on=date(2026, 1, 15), retired_on=None, today=date(2026, 1, 15)) is None
