"""The windows of calendars, and that the database counts them as the code does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select

from chassis.testing import ServiceUnderTest
from portfolio.days import DayRange
from portfolio.measurement import by_window
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.terms import Window
from portfolio.service_level.windows import Calendar, midnight
from tests.portfolio.services import Services


def calendar(window: Window, year_starts_in: int = 1, time_zone: str = "UTC") -> Calendar:
    return Calendar(window, year_starts_in, time_zone)


@pytest.mark.parametrize(
    ("window", "month", "day", "starts_on", "ends_on"),
    [
        (Window.DAY, 1, date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 1)),
        (Window.WEEK, 1, date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 5)),
        (Window.MONTH, 1, date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
        (Window.QUARTER, 1, date(2026, 5, 31), date(2026, 4, 1), date(2026, 7, 1)),
        (Window.QUARTER, 3, date(2026, 2, 28), date(2025, 12, 1), date(2026, 3, 1)),
        (Window.YEAR, 4, date(2024, 3, 31), date(2023, 4, 1), date(2024, 4, 1)),
        (Window.YEAR, 4, date(2024, 4, 1), date(2024, 4, 1), date(2025, 4, 1)),
        (Window.YEAR, 12, date(2026, 1, 1), date(2025, 12, 1), date(2026, 12, 1)),
    ],
)
def test_a_day_lies_in_the_window_of_its_calendar(
    window: Window, month: int, day: date, starts_on: date, ends_on: date
) -> None:
    assert (calendar(window, month).start(day), calendar(window, month).end(day)) == (starts_on, ends_on)


@given(st.sampled_from(Window), st.integers(1, 12), st.dates(date(1999, 1, 1), date(2101, 1, 1)))
def test_windows_follow_one_another_without_a_gap(window: Window, month: int, day: date) -> None:
    these = calendar(window, month)
    starts_on, ends_on = these.start(day), these.end(day)
    assert starts_on <= day < ends_on
    assert (these.start(starts_on), these.start(ends_on)) == (starts_on, ends_on)
    assert these.end(ends_on - timedelta(days=1)) == ends_on
    assert these.number(ends_on) - these.number(starts_on) == 1


def test_the_windows_of_a_range_are_those_that_begin_in_it() -> None:
    within = DayRange(date(2026, 1, 2), date(2026, 4, 1))
    starts = [each.starts_on for each in calendar(Window.MONTH).begun_in(within)]
    assert starts == [date(2026, 2, 1), date(2026, 3, 1)]


def test_a_window_is_over_when_its_last_day_is_over_where_it_is_measured() -> None:
    at = datetime(2026, 2, 1, 3, tzinfo=UTC)
    assert calendar(Window.MONTH).closed(date(2026, 1, 1), at)
    assert not calendar(Window.MONTH, time_zone="America/Toronto").closed(date(2026, 1, 1), at)


def test_a_day_without_midnight_begins_when_clocks_have_moved() -> None:
    zone = calendar(Window.DAY, time_zone="America/Sao_Paulo").zone
    assert midnight(date(2018, 11, 4), zone) == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert midnight(date(2018, 11, 5), zone) == datetime(2018, 11, 5, 2, tzinfo=UTC)


async def test_the_database_finds_the_same_windows(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.proposed("mail")
    for window in Window:
        for month in (1, 2, 4, 12):
            await services.level(mail, name=f"{window} {month}", window=window, year_starts_in=month)
    days = [date(2023, 12, 25) + timedelta(days=13 * step) for step in range(70)] + [date(2024, 2, 29)]
    async with portfolio.database.transaction() as session:
        for day in days:
            begins = by_window.start(literal(day))
            query = select(ServiceLevel, begins, by_window.after(begins), by_window.first_from(day))
            for level, starts_on, ends_on, first in await session.execute(query):
                these = level.calendar
                assert (starts_on, ends_on, first) == (these.start(day), these.end(day), these.first_from(day))
