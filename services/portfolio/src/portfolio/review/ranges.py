"""The days over which a review looks: whole months, as costs come in months."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from portfolio.days import DayRange


def year_until(day: date) -> DayRange:
    """The twelve whole months that are over on this day."""
    end = day.replace(day=1)
    return DayRange(end.replace(year=end.year - 1), end)


def year_with(day: date) -> DayRange:
    """The twelve months of which the last one holds this day."""
    return year_until(day.replace(day=monthrange(day.year, day.month)[1]) + timedelta(days=1))


@dataclass(frozen=True, order=True)
class Since:
    """What has passed since a decision, or since the service retired after it: `months` whole months, or, before there
    is one, the days."""

    within: DayRange
    months: int


def since(*, decided_on: date, retired_on: date | None, today: date) -> Since | None:
    """None on the day of the decision."""
    if today <= decided_on:
        return None
    start, end = max(decided_on, retired_on or decided_on), today.replace(day=1)
    first = start if start.day == 1 else year_with(start).ends_on
    months = 12 * (end.year - first.year) + end.month - first.month
    return Since(DayRange(first, end), months) if months > 0 else Since(DayRange(decided_on, today), 0)
