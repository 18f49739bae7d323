"""Which runs make up a range: the one that is just that range, else those that follow one another through it."""

from dataclasses import dataclass
from datetime import date

from finance.fiscal_period.model import months_after
from finance.fiscal_period.range import PeriodRange
from finance.report.runs import making_up

APRIL = date(2025, 4, 1)


@dataclass(frozen=True)
class Months:
    """From the month after so many since April until before another."""

    first: int
    end: int

    @property
    def starts_on(self) -> date:
        return months_after(APRIL, self.first)

    @property
    def ends_on(self) -> date:
        return months_after(APRIL, self.end)


YEAR = PeriodRange(APRIL, months_after(APRIL, 12), "CAD")
MONTHLY = [Months(at, at + 1) for at in range(12)]


def test_a_year_is_made_up_of_its_months() -> None:
    assert making_up(reversed(MONTHLY), YEAR) == MONTHLY


def test_a_run_of_the_year_goes_before_those_of_its_months() -> None:
    assert making_up([*MONTHLY, Months(0, 12)], YEAR) == [Months(0, 12)]


def test_of_runs_that_overlap_the_longest_that_lead_to_the_end_are_taken() -> None:
    quarters = [Months(0, 3), Months(3, 6)]
    assert making_up([*MONTHLY, *quarters], YEAR) == [*quarters, *MONTHLY[6:]]
    assert making_up([*MONTHLY, Months(0, 11), Months(5, 12)], YEAR) == [Months(0, 11), Months(11, 12)]


def test_a_gap_leaves_nothing() -> None:
    assert making_up(MONTHLY[:5] + MONTHLY[6:], YEAR) == []
    assert making_up([], YEAR) == []


def test_what_reaches_beyond_the_range_is_no_part_of_it() -> None:
    assert making_up([Months(-1, 12), Months(0, 13)], YEAR) == []
