"""Availability from outages, by answers worked out by hand and by an oracle that looks at every minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.days import DayRange
from portfolio.outage.availability import Availability, Down, always, availability, counted, seconds
from portfolio.service_calendar.hours import Hours, Opening
from portfolio.service_level.windows import Span, span_of

TORONTO, BERLIN, LONDON = (ZoneInfo(name) for name in ("America/Toronto", "Europe/Berlin", "Europe/London"))
WEEKDAYS = frozenset(range(5))
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def hours(length: timedelta) -> Any:
    """A fraction."""
    return Fraction(length // timedelta(microseconds=1), 3_600_000_000)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """In January 2026, UTC."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def planned(start: datetime, end: datetime) -> Down:
    return Down(True, start, end)


def unplanned(start: datetime, end: datetime | None) -> Down:
    return Down(False, start, end)


JANUARY = Span(at(1), datetime(2026, 2, 1, tzinfo=UTC))


def january(*outages: Down, now: datetime = LATER) -> Availability:
    return availability(JANUARY, always, outages, now=now)


def test_a_month_without_outages_was_available_all_the_time() -> None:
    month = january()
    assert (hours(month.agreed), month.downtime, month.share) == (744, timedelta(), Fraction(1))


def test_outages_that_overlap_count_once() -> None:
    month = january(unplanned(at(5, 1), at(5, 3)), unplanned(at(5, 2), at(5, 4)), unplanned(at(5, 2), at(5, 3)))
    assert hours(month.downtime) == 3
    assert month.share == Fraction(741, 744)


def test_planned_outages_are_no_agreed_time_and_what_fails_within_them_does_not_count() -> None:
    month = january(planned(at(5, 1), at(5, 5)), unplanned(at(5, 4), at(5, 7)))
    assert (hours(month.agreed), hours(month.excluded), hours(month.downtime)) == (740, 4, 2)
    assert month.share == Fraction(738, 740)


def test_what_still_runs_is_down_until_now_and_time_to_come_is_neither_up_nor_down() -> None:
    month = january(unplanned(at(9, 18), None), now=at(10))
    assert (hours(month.agreed), hours(month.elapsed), hours(month.downtime)) == (744, 216, 6)
    assert month.share == Fraction(210, 216)


def test_an_outage_counts_only_within_its_window() -> None:
    across = unplanned(datetime(2025, 12, 31, 22, tzinfo=UTC), at(1, 1))
    assert hours(january(across, unplanned(datetime(2026, 1, 31, 23, tzinfo=UTC), LATER)).downtime) == 2


def test_a_span_ends_before_the_instant_that_it_names() -> None:
    assert january(unplanned(JANUARY.end, LATER), unplanned(at(1) - timedelta(hours=1), at(1))).share == 1


def test_a_window_that_was_planned_away_is_not_measured() -> None:
    assert january(planned(at(1), LATER)).share is None
    assert january(now=at(1)).share is None


def test_each_outage_says_what_it_took_alone() -> None:
    outages = [planned(at(5, 1), at(5, 5)), unplanned(at(5, 4), at(5, 7)), unplanned(at(5, 6), at(5, 8))]
    assert [hours(each) for each in counted(JANUARY, always, outages, now=LATER)] == [4, 2, 2]


OFFICE = Hours(TORONTO, (Opening(WEEKDAYS, time(8), time(18)),), frozenset({date(2026, 1, 1)}))


def test_only_hours_of_service_count_in_the_time_zone_of_the_calendar() -> None:
    """January 2026 in Toronto has 22 weekdays, one a holiday: 21 × 10 h. Toronto is five hours behind UTC."""
    span = span_of(DayRange(date(2026, 1, 1), date(2026, 2, 1)), TORONTO)
    overnight = unplanned(at(6, 22), at(7, 14))  # 17:00 on Tuesday to 09:00 on Wednesday: one hour on either side
    month = availability(span, OFFICE.within, [overnight], now=LATER)
    assert (hours(month.agreed), hours(month.downtime)) == (210, 2)


def test_an_outage_on_a_weekend_or_a_holiday_takes_nothing_from_office_hours() -> None:
    span = span_of(DayRange(date(2026, 1, 1), date(2026, 2, 1)), TORONTO)
    outages = [unplanned(at(1, 5), at(2, 5)), unplanned(at(3, 5), at(5, 5))]
    assert availability(span, OFFICE.within, outages, now=LATER).share == 1


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (TORONTO, date(2026, 3, 8), 23),
        (TORONTO, date(2026, 11, 1), 25),
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (BERLIN, date(2026, 10, 26), 24),
        (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5), Fraction(49, 2)),
        (ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), 23),  # midnight itself was skipped
    ],
)
def test_the_day_on_which_clocks_change_is_as_long_as_it_is(zone: ZoneInfo, day: date, length: int) -> None:
    span = span_of(DayRange(day, day + timedelta(days=1)), zone)
    assert hours(availability(span, always, [], now=LATER).agreed) == length


NIGHT = Hours(BERLIN, (Opening(frozenset(range(7)), time(1), time(4)),), frozenset())


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 2), (date(2026, 10, 25), 4), (date(2026, 10, 26), 3)])
def test_hours_that_clocks_skip_are_none_and_those_that_they_repeat_count_twice(day: date, length: int) -> None:
    span = span_of(DayRange(day, day + timedelta(days=1)), BERLIN)
    assert hours(availability(span, NIGHT.within, [], now=LATER).agreed) == length


def test_the_same_clock_time_an_hour_later_is_another_outage_when_clocks_go_back() -> None:
    """02:30 comes twice in Berlin on 2026-10-25: at 00:30 and at 01:30 UTC."""
    span = span_of(DayRange(date(2026, 10, 25), date(2026, 10, 26)), BERLIN)
    down = unplanned(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    day = availability(span, always, [down], now=LATER)
    assert day.share == Fraction(24, 25)


def test_the_published_example_of_a_maintenance_leaves_the_rest_of_the_month() -> None:
    """The research cloud's outage of 2025-10-14, 12:00 to 21:00 UTC: 9 of 744 hours of October in UTC."""
    span = Span(datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC))
    stated = datetime(2025, 10, 14, 12, tzinfo=UTC), datetime(2025, 10, 14, 21, tzinfo=UTC)
    assert availability(span, always, [unplanned(*stated)], now=LATER).share == Fraction(735, 744)
    assert availability(span, always, [planned(*stated)], now=LATER).share == 1


def test_seconds_are_exact() -> None:
    assert f"{seconds(timedelta(days=31)):f}" == "2678400"
    assert str(seconds(timedelta(microseconds=1_500_001))) == "1.500001"


MINUTE = timedelta(minutes=1)


def by_minutes(span: Span, service: Hours, outages: Sequence[Down], now: datetime) -> tuple[int, int, int]:
    """Agreed, elapsed and down, each minute judged by itself: slow, and plain to see."""
    agreed = elapsed = down = 0
    minute = span.start
    while minute < span.end:
        wall = minute.astimezone(service.zone)
        serves = wall.date() not in service.holidays and any(
            wall.weekday() in it.weekdays and it.opens <= wall.time() and (it.closes is None or wall.time() < it.closes)
            for it in service.openings
        )
        off = [it.planned for it in outages if it.start <= minute < (it.end or now)]
        if serves and True not in off:
            agreed += 1
            elapsed += minute < now
            down += minute < now and False in off
        minute += MINUTE
    return agreed, elapsed, down


STARTS = [date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31), date(2026, 6, 30)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Span, Hours, list[Down], datetime]:
    zone = draw(st.sampled_from([TORONTO, BERLIN, LONDON, ZoneInfo("Australia/Lord_Howe")]))
    first = draw(st.sampled_from(STARTS))
    span = span_of(DayRange(first, first + timedelta(days=draw(st.integers(1, 3)))), zone)
    minutes = st.integers(-300, 3 * 1440 + 300)
    openings = []
    for _ in range(draw(st.integers(1, 3))):
        opens, closes = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True)))
        ends = None if closes == 1440 else time(closes // 60, closes % 60)
        weekdays = frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))
        openings.append(Opening(weekdays, time(opens // 60, opens % 60), ends))
    holidays = frozenset({first + timedelta(days=1)} if draw(st.booleans()) else ())
    now = span.start + MINUTE * draw(minutes)
    outages = []
    for start, length, is_planned in draw(st.lists(st.tuples(minutes, st.integers(1, 900), st.booleans()), max_size=6)):
        begins = span.start + MINUTE * start
        runs = not is_planned and begins < now and draw(st.booleans())
        outages.append(Down(is_planned, begins, None if runs else begins + MINUTE * length))
    return span, Hours(zone, tuple(openings), holidays), outages, now


@settings(max_examples=150, deadline=None)
@given(cases())
def test_intervals_come_to_what_every_minute_comes_to(case: tuple[Span, Hours, list[Down], datetime]) -> None:
    span, service, outages, now = case
    found = availability(span, service.within, outages, now=now)
    assert tuple(length // MINUTE for length in (found.agreed, found.elapsed, found.downtime)) == by_minutes(
        span, service, outages, now
    )
