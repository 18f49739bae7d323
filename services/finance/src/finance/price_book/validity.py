"""Which price version holds when: a range of fiscal periods cut where versions begin and end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Validity:
    """Half-open `[starts_on, ends_on)`; those of one book never overlap."""

    version_id: UUID
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Segment:
    """Days of one fiscal period on which one version holds, or none does. Its full period is the fiscal period."""

    period_starts_on: date
    period_ends_on: date
    starts_on: date
    ends_on: date
    version_id: UUID | None

    @property
    def period_days(self) -> int:
        return (self.period_ends_on - self.period_starts_on).days

    def days_until(self, end: date | None) -> int:
        """Its days before `end`."""
        return max((min(self.ends_on, end or self.ends_on) - self.starts_on).days, 0)


def segments(periods: Sequence[tuple[date, date]], validities: Sequence[Validity]) -> list[Segment]:
    """In order, and together all days of the periods."""
    found: list[Segment] = []
    for starts_on, ends_on in periods:
        day = starts_on
        while day < ends_on:
            held = next((each for each in validities if _holds(each, day)), None)
            later = [each.starts_on for each in validities if day < each.starts_on < (each.ends_on or date.max)]
            end = min([ends_on, *later, *([held.ends_on] if held and held.ends_on else [])])
            found.append(Segment(starts_on, ends_on, day, end, held.version_id if held else None))
            day = end
    return found


def _holds(validity: Validity, day: date) -> bool:
    return validity.starts_on <= day and (validity.ends_on is None or day < validity.ends_on)
