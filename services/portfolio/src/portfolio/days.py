"""Ranges of days, half-open as all periods are."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from chassis.problems import InvalidRequest

MOST_DAYS = 7_320  # twenty years


@dataclass(frozen=True, order=True)
class DayRange:
    """From `starts_on` up to, not including, `ends_on`."""

    starts_on: date
    ends_on: date

    @classmethod
    def of(cls, starts_on: date, ends_on: date) -> Self:
        """Raises InvalidRequest for a range without a day and for one of more than twenty years."""
        if ends_on <= starts_on:
            raise InvalidRequest(f"The range ends on {ends_on}, which is not after its first day {starts_on}.")
        if ends_on - starts_on > timedelta(days=MOST_DAYS):
            raise InvalidRequest("The range is longer than twenty years.")
        return cls(starts_on, ends_on)

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on
