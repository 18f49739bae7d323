"""A range of whole fiscal periods, over which cost is reported, allocated and charged."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PeriodRange:
    """Half-open `[starts_on, ends_on)`, made of whole fiscal periods kept in one currency."""

    starts_on: date
    ends_on: date
    currency: str
