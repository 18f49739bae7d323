"""The months of a scope: which of them are actual, and which make the history that methods go by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from finance.fiscal_period.model import PeriodState, months_after

MOST_MONTHS = 60


class Standing(StrEnum):
    """Closed months are actual. A month before today's that still takes entries is actual too, but provisional.

    Today's month is `running` until it is closed. `ahead` is what is still to come, and a month that was never opened.
    """

    ACTUAL = "actual"
    PROVISIONAL = "provisional"
    RUNNING = "running"
    AHEAD = "ahead"

    @classmethod
    def of(cls, state: PeriodState, starts_on: date, today: date) -> "Standing":
        if state == PeriodState.CLOSED:
            return cls.ACTUAL
        this_month = today.replace(day=1)
        if starts_on >= this_month:
            return cls.RUNNING if starts_on == this_month else cls.AHEAD
        return cls.AHEAD if state == PeriodState.FUTURE else cls.PROVISIONAL


@dataclass(frozen=True)
class Month:
    """A fiscal period of the scope; `posted` is its spend in base currency, None without any posting."""

    starts_on: date
    standing: Standing
    currency: str
    posted: Decimal | None


@dataclass(frozen=True)
class History:
    """Months that follow one another up to the last actual one; `next_on` is the first month after them."""

    months: list[Month]
    next_on: date

    @property
    def values(self) -> list[float]:
        """A month without postings among them cost nothing."""
        return [float(month.posted or 0) for month in self.months]


def history(months: Sequence[Month], *, currency: str, today: date) -> History:
    """From the first posting to the last actual month up to today's, at most the last five years.

    Months before the first posting are not history. What lies before a month without a fiscal period, or with another
    base currency, is not either: it is unknown, not nothing. A running month is no history: it is not over.
    """
    this_month = today.replace(day=1)
    ended = [month for month in months if month.starts_on <= this_month]
    while ended and ended[-1].standing in (Standing.RUNNING, Standing.AHEAD):
        ended.pop()
    if not ended:
        return History([], this_month)
    next_on = months_after(ended[-1].starts_on, 1)
    return History(_from_first_posting(_unbroken(ended, currency)[-MOST_MONTHS:]), next_on)


def _unbroken(months: Sequence[Month], currency: str) -> list[Month]:
    """The last months that follow one another in one currency."""
    kept: list[Month] = []
    for month in reversed(months):
        follows = not kept or months_after(month.starts_on, 1) == kept[-1].starts_on
        if not follows or month.currency != currency:
            break
        kept.append(month)
    return kept[::-1]


def _from_first_posting(months: Sequence[Month]) -> list[Month]:
    first = next((at for at, month in enumerate(months) if month.posted is not None), len(months))
    return list(months[first:])
