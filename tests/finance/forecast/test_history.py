"""Which months are actual, which are history, and what a year comes to: rules on plain months."""

from datetime import date
from decimal import Decimal

import pytest

from finance.fiscal_period.model import FiscalYear, PeriodState, months_after
from finance.forecast.full_year import Outlook
from finance.forecast.history import MOST_MONTHS, Month, Standing, history
from finance.forecast.projection import project

TODAY = date(2026, 1, 15)
APRIL = date(2025, 4, 1)


def months(*posted: str | None, first: date = APRIL, today: date = TODAY, closed: int = 0) -> list[Month]:
    """One open month after the other, the first ones closed."""
    return [
        Month(
            starts_on := months_after(first, at),
            Standing.of(PeriodState.CLOSED if at < closed else PeriodState.OPEN, starts_on, today),
            "CAD",
            None if amount is None else Decimal(amount),
        )
        for at, amount in enumerate(posted)
    ]


def values(found: list[Month], currency: str = "CAD", today: date = TODAY) -> list[float]:
    return history(found, currency=currency, today=today).values


def outlook(found: list[Month], last_year: list[Month] | None = None, today: date = TODAY) -> Outlook:
    past = history([*(last_year or []), *found], currency="CAD", today=today)
    year = FiscalYear.begin(code="2025-26", starts_on=APRIL, base_currency="CAD")
    said = project(past.values, 12)
    return Outlook.of(year, [*(last_year or []), *found], past=past, said=said)


@pytest.mark.parametrize(
    ("state", "starts_on", "standing"),
    [
        (PeriodState.CLOSED, date(2025, 12, 1), Standing.ACTUAL),
        (PeriodState.CLOSED, date(2026, 1, 1), Standing.ACTUAL),
        (PeriodState.OPEN, date(2025, 12, 1), Standing.PROVISIONAL),
        (PeriodState.SOFT_CLOSED, date(2025, 12, 1), Standing.PROVISIONAL),
        (PeriodState.OPEN, date(2026, 1, 1), Standing.RUNNING),
        (PeriodState.FUTURE, date(2026, 1, 1), Standing.RUNNING),
        (PeriodState.OPEN, date(2026, 2, 1), Standing.AHEAD),
        (PeriodState.FUTURE, date(2025, 12, 1), Standing.AHEAD),
    ],
)
def test_where_a_month_stands_says_its_state_and_today(state: PeriodState, starts_on: date, standing: Standing) -> None:
    assert Standing.of(state, starts_on, TODAY) == standing


def test_history_begins_with_the_first_posting_and_an_empty_month_after_it_cost_nothing() -> None:
    assert values(months(None, None, "10", None, "0", "20", None, None, None, "99")) == [10, 0, 0, 20, 0, 0, 0]


def test_the_running_month_is_no_history_unless_it_is_closed() -> None:
    posted = ["5"] * 10
    assert len(values(months(*posted))) == 9
    assert len(values(months(*posted, closed=10))) == 10


@pytest.mark.parametrize(("today", "known"), [(date(2025, 12, 31), 8), (date(2026, 1, 1), 9)])
def test_a_month_is_history_from_the_first_day_of_the_next(today: date, known: int) -> None:
    assert len(values(months(*["5"] * 10, today=today), today=today)) == known


def test_a_month_that_was_never_opened_is_forecast_and_not_nothing() -> None:
    found = months("10", "10", "10")
    unopened = [Month(months_after(APRIL, at), Standing.AHEAD, "CAD", None) for at in (3, 4)]
    past = history([*found, *unopened], currency="CAD", today=TODAY)
    assert (past.values, past.next_on) == ([10, 10, 10], date(2025, 7, 1))


def test_what_lies_before_a_gap_or_another_currency_is_unknown() -> None:
    found = months("10", "20", "30", "40")
    assert values([found[0], *found[2:]]) == [30, 40]
    euros = Month(found[1].starts_on, Standing.ACTUAL, "EUR", Decimal(7))
    assert values([found[0], euros, *found[2:]]) == [30, 40]
    assert values(found, currency="EUR") == []


def test_history_is_at_most_five_years() -> None:
    assert len(values(months(*["5"] * 70, first=date(2020, 1, 1)))) == MOST_MONTHS


def test_a_year_is_what_was_posted_and_the_forecast_of_the_rest() -> None:
    """100, 110, … 180 for April to December; then 190, 200, 210."""
    found = outlook(months(*[str(100 + 10 * at) for at in range(9)], "50", None, None, closed=3))
    assert [month.standing for month in found.months] == ["actual"] * 3 + ["provisional"] * 6 + ["running"] + [
        "ahead"
    ] * 2
    assert [month.amount for month in found.months[9:]] == [Decimal("190.00"), Decimal("200.00"), Decimal("210.00")]
    assert (found.total, found.low, found.high) == (Decimal("1860.00"),) * 3


def test_a_running_month_that_has_cost_more_than_its_forecast_counts_what_it_cost() -> None:
    found = outlook(months(*[str(100 + 10 * at) for at in range(9)], "250.004", None, None))
    running = found.months[9]
    assert (running.posted, running.forecast, running.amount) == (
        Decimal("250.004"),
        Decimal("190.00"),
        Decimal("250.004"),
    )
    assert (running.low, running.high) == (Decimal("250.004"), Decimal("250.004"))
    assert found.total == Decimal("1920.004")


def test_on_the_first_day_of_a_year_all_of_it_is_forecast_from_the_last() -> None:
    before = months(*["30"] * 12, first=date(2024, 4, 1), today=APRIL)
    found = outlook(months(*[None] * 12, today=APRIL), before, today=APRIL)
    assert [month.standing for month in found.months] == ["running"] + ["ahead"] * 11
    assert (found.total, found.last_year_total) == (Decimal("360.00"), Decimal(360))


def test_on_the_last_day_of_a_year_only_its_last_month_is_forecast() -> None:
    last = date(2026, 3, 31)
    found = outlook(months(*["30"] * 11, "10", today=last), today=last)
    assert [month.standing for month in found.months] == ["provisional"] * 11 + ["running"]
    assert found.total == Decimal("360.00")


def test_a_year_of_which_nothing_is_known_has_no_total() -> None:
    found = outlook(months(*[None] * 12))
    assert (found.months[0].amount, found.months[11].amount) == (Decimal(0), None)
    assert (found.total, found.low, found.method, found.last_year_total) == (None, None, None, None)


def test_a_year_with_a_single_month_of_history_has_a_total_and_no_range() -> None:
    found = outlook(months(*[None] * 8, "12.50", None, None, None))
    assert (found.total, found.low, found.high) == (Decimal("50.00"), None, None)


def test_last_year_is_compared_with_only_when_it_is_over() -> None:
    running = months(*["30"] * 10, None, None)
    following = months(*[None] * 12, first=date(2026, 4, 1))
    year = FiscalYear.begin(code="2026-27", starts_on=date(2026, 4, 1), base_currency="CAD")
    past = history(running, currency="CAD", today=TODAY)
    found = Outlook.of(year, [*running, *following], past=past, said=project(past.values, 15))
    assert (found.total, found.last_year_total) == (Decimal("360.00"), None)
