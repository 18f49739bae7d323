"""The windows of a calendar: weeks begin on Monday, quarters and years with a stated month; days, with their zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portfolio.days import DayRange
from portfolio.service_level.terms import Window

DAYS = {Window.DAY: 1, Window.WEEK: 7}
MONTHS = {Window.MONTH: 1, Window.QUARTER: 3, Window.YEAR: 12}
LONGEST_DAYS = 366
A_DAY = timedelta(days=1)


def end_of(window: Window, starts_on: date) -> date:
    """The first day after a span that begins on this day. A month that begins on the 31st ends where months allow."""
    if window in DAYS:
        return starts_on + timedelta(days=DAYS[window])
    years, month = divmod(starts_on.month - 1 + MONTHS[window], 12)
    first = date(starts_on.year + years, month + 1, 1)
    following = date(first.year + month // 11, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=starts_on.day - 1), following - timedelta(days=1))


class Calendar(NamedTuple):
    """`year_starts_in` is the month, from 1, in which the fiscal year begins."""

    window: Window
    year_starts_in: int
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def start(self, day: date) -> date:
        """The first day of the window that holds this day."""
        if self.window is Window.DAY:
            return day
        if self.window is Window.WEEK:
            return day - timedelta(days=day.weekday())
        months = MONTHS[self.window]
        into = (day.month - self.year_starts_in) % months
        years, month = divmod(day.year * 12 + day.month - 1 - into, 12)
        return date(years, month + 1, 1)

    def end(self, day: date) -> date:
        """The first day after the window that holds this day."""
        return end_of(self.window, self.start(day))

    def first_from(self, day: date) -> date:
        """The first window that begins on this day or later."""
        return self.end(day - A_DAY)

    def today(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def closed(self, starts_on: date, at: datetime) -> bool:
        """Whether the window that begins on this day is over."""
        return self.end(starts_on) <= self.today(at)

    def begun_in(self, within: DayRange) -> Iterator[DayRange]:
        """The windows that begin in the range, in order."""
        starts_on = self.first_from(within.starts_on)
        while starts_on < within.ends_on:
            yield (window := DayRange(starts_on, end_of(self.window, starts_on)))
            starts_on = window.ends_on

    def number(self, starts_on: date) -> int:
        """Counts windows: that of the next one is one higher."""
        if self.window in DAYS:
            return starts_on.toordinal() // DAYS[self.window]
        return (starts_on.year * 12 + starts_on.month - self.year_starts_in) // MONTHS[self.window]


class Span(NamedTuple):
    """A half-open span of time, in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def span_of(days: DayRange, zone: ZoneInfo) -> Span:
    """A day of 23 hours where clocks go forward, one of 25 where they go back."""
    return Span(midnight(days.starts_on, zone), midnight(days.ends_on, zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day begins, also where clocks skip midnight."""
    instant = datetime.combine(day, time(), zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, time()):
        return instant
    return change(zone, instant - A_DAY, instant)


def change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the zone changes its offset, between two instants with different ones. No zone changes it
    twice within a day."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
