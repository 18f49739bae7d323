"""A fiscal year and the states of its months."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from finance.fiscal_period.model import (
    FiscalYear,
    NotAMonthStart,
    PeriodState,
    Seal,
    TransitionRefused,
)

SEAL = Seal(1, Decimal(5), "0" * 64)


def year(starts_on: date = date(2025, 4, 1)) -> FiscalYear:
    return FiscalYear.begin(code="2025-26", starts_on=starts_on, base_currency="CAD")


def test_a_year_is_twelve_months_without_gap() -> None:
    periods = year(date(2023, 7, 1)).periods()
    assert [periods[0].starts_on, periods[-1].ends_on] == [date(2023, 7, 1), date(2024, 7, 1)]
    assert all(first.ends_on == then.starts_on for first, then in pairwise(periods))
    assert [period.code for period in periods[::11]] == ["2025-26-P01", "2025-26-P12"]
    assert {period.state for period in periods} == {PeriodState.FUTURE}


def test_a_year_starts_on_the_first_of_a_month() -> None:
    with pytest.raises(NotAMonthStart):
        year(date(2025, 4, 2))


def test_a_period_goes_from_future_to_closed_and_back_only_by_reopening() -> None:
    period = year().periods()[0]
    for forbidden in (period.soft_close, lambda: period.close(on=date(2025, 5, 3), seal=SEAL)):
        with pytest.raises(TransitionRefused):
            forbidden()
    period.open()
    period.soft_close()
    with pytest.raises(TransitionRefused):
        period.open()
    period.close(on=date(2025, 5, 3), seal=SEAL)
    assert (period.state, period.closed_on, period.digest) == (PeriodState.CLOSED, date(2025, 5, 3), SEAL.digest)
    with pytest.raises(TransitionRefused):
        period.close(on=date(2025, 5, 4), seal=SEAL)
    period.reopen(to=PeriodState.SOFT_CLOSED)
    assert (period.state, period.closed_on, period.digest) == (PeriodState.SOFT_CLOSED, None, None)


@pytest.mark.parametrize("to", [PeriodState.FUTURE, PeriodState.CLOSED, PeriodState.OPEN])
def test_an_open_period_cannot_be_reopened(to: PeriodState) -> None:
    period = year().periods()[0]
    period.open()
    with pytest.raises(TransitionRefused):
        period.reopen(to=to)


def test_only_closing_is_announced() -> None:
    period = year().periods()[0]
    period.open()
    period.soft_close()
    assert period.recorded == []
    period.close(on=date(2025, 5, 3), seal=SEAL)
    assert [type(fact).__name__ for _, fact, _ in period.recorded] == ["PeriodClosed"]
