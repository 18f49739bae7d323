"""The outlook of a fiscal year: what was posted in the months that are over, what is forecast for the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from chassis.money import exact_sum, rounded
from finance.fiscal_period.model import MONTHS, FiscalYear, months_after
from finance.forecast.history import History, Month, Standing
from finance.forecast.method import MethodName
from finance.forecast.projection import Figure, Projection

DECIMALS_OF_AN_ESTIMATE = 9


def estimated(figure: float, currency: str) -> Decimal:
    """To the minor unit of the currency: where an estimate becomes money, and nowhere else."""
    return rounded(Decimal(f"{figure:.{DECIMALS_OF_AN_ESTIMATE}f}"), currency)


@dataclass(frozen=True)
class OutlookMonth:
    """`amount` is what the year counts: posted of actual months, forecast of those ahead, the larger of both of a
    running one. It is None when a month that is not over has no forecast; low and high are equal to it when it is
    actual, and None when the forecast has no range."""

    starts_on: date
    standing: Standing
    posted: Decimal
    forecast: Decimal | None
    amount: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class Outlook:
    """`low` and `high` add up the ends of the months, as if all of them erred to the same side: the widest range.

    Sums are None as soon as a month's is: what is not known is not nothing. `last_year_total` is None too where the
    year before is not over, was not kept, or was kept in another currency. `method` is None where nothing is forecast.
    """

    fiscal_year: str
    starts_on: date
    ends_on: date
    base_currency: str
    method: MethodName | None
    why: str
    months: list[OutlookMonth]
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    last_year_total: Decimal | None

    @classmethod
    def of(
        cls,
        year: FiscalYear,
        found: Sequence[Month],
        *,
        past: History,
        said: Projection | None,
    ) -> "Outlook":
        """`found` are the months of the year and those before it; `said` is of the months from `past.next_on` on, None
        when nothing has to be forecast."""
        months = months_within(found, year.starts_on, year.ends_on)
        last_year = months_within(found, months_after(year.starts_on, -MONTHS), year.starts_on)
        chosen = said.chosen if said else None
        figures = {months_after(past.next_on, at): each for at, each in enumerate(chosen.figures if chosen else [])}
        rows = [outlook_month(_settled(month, past.next_on), figures.get(month.starts_on)) for month in months]
        return cls(
            fiscal_year=year.code,
            starts_on=year.starts_on,
            ends_on=year.ends_on,
            base_currency=year.base_currency,
            method=chosen.name if chosen else None,
            why=said.why if said else "Nothing is forecast: every month is over.",
            months=rows,
            total=_total([row.amount for row in rows]),
            low=_total([row.low for row in rows]),
            high=_total([row.high for row in rows]),
            last_year_total=_spent(last_year, year.base_currency),
        )


def months_within(months: Sequence[Month], first: date, end: date) -> list[Month]:
    return [month for month in months if first <= month.starts_on < end]


def _settled(month: Month, next_on: date) -> Month:
    """A month that was never opened, with actual ones after it: it cost nothing, unless it is opened yet."""
    if month.standing == Standing.AHEAD and month.starts_on < next_on:
        return replace(month, standing=Standing.PROVISIONAL)
    return month


def over(months: Sequence[Month]) -> bool:
    return all(month.standing in (Standing.ACTUAL, Standing.PROVISIONAL) for month in months)


def _spent(months: Sequence[Month], currency: str) -> Decimal | None:
    """What months cost that were kept in this currency and are over, else None."""
    if not over(months) or {month.currency for month in months} != {currency}:
        return None
    return exact_sum(month.posted for month in months if month.posted is not None)


def outlook_month(month: Month, figure: Figure | None) -> OutlookMonth:
    posted = month.posted or exact_sum([])
    if month.standing in (Standing.ACTUAL, Standing.PROVISIONAL):
        return OutlookMonth(month.starts_on, month.standing, posted, None, posted, posted, posted)
    if figure is None:
        return OutlookMonth(month.starts_on, month.standing, posted, None, None, None, None)
    forecast = estimated(figure.amount, month.currency)
    low, high = (None if end is None else estimated(end, month.currency) for end in (figure.low, figure.high))
    # What is posted is spent: a running month ends no lower, and neither does its range. Of a month ahead postings
    # are few and early, but they count the same.
    amount, low, high = (None if each is None else max(posted, each) for each in (forecast, low, high))
    return OutlookMonth(month.starts_on, month.standing, posted, forecast, amount, low, high)


def _total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """None as soon as one of them is: what is not known is not nothing."""
    known = [amount for amount in amounts if amount is not None]
    return exact_sum(known) if len(known) == len(amounts) else None
