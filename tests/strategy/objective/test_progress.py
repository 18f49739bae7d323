"""How far a measure and an objective have come, by figures worked out by hand."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from strategy.objective.progress import Standing, Together, clamped, together


def standing(baseline: str, target: str, reading: str | None, weight: str = "1") -> Standing:
    return Standing(Decimal(baseline), Decimal(target), Decimal(weight), Decimal(reading) if reading else None)


def test_progress_is_the_part_of_the_way_that_was_gone() -> None:
    assert standing("60", "80", "65").progress == Fraction(1, 4)
    assert standing("0", "3", "1").progress == Fraction(1, 3)


def test_a_measure_that_is_to_fall_progresses_when_it_falls() -> None:
    assert standing("10", "4", "7").progress == Fraction(1, 2)
    assert standing("10", "4", "13").progress == Fraction(-1, 2)


def test_values_out_of_range_are_kept_and_clamped_only_for_the_gauge() -> None:
    beyond, wrong_way = standing("60", "80", "90").progress, standing("60", "80", "50").progress
    assert (beyond, wrong_way) == (Fraction(3, 2), Fraction(-1, 2))
    assert beyond is not None
    assert wrong_way is not None
    assert [clamped(beyond), clamped(wrong_way)] == [Fraction(1), Fraction(0)]


def test_what_was_not_read_is_unknown_and_counts_in_the_coverage_only() -> None:
    whole = together([standing("0", "10", "5", "1"), standing("0", "10", "10", "2"), standing("0", "10", None, "5")])
    assert whole.progress == Fraction(5, 6)
    assert whole.coverage == Fraction(3, 8)


def test_nothing_read_is_no_progress_known_rather_than_none_made() -> None:
    assert together([standing("0", "10", None)]) == Together(progress=None, coverage=Fraction(0))
    assert together([]) == Together(progress=None, coverage=None)


numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(numbers, numbers, numbers)
def test_progress_leads_back_to_the_reading_exactly(baseline: Decimal, target: Decimal, reading: Decimal) -> None:
    assume(baseline != target)
    progress = Standing(baseline, target, Decimal(1), reading).progress
    assert progress is not None
    assert Fraction(baseline) + progress * (Fraction(target) - Fraction(baseline)) == Fraction(reading)
    mirrored = Standing(-baseline, -target, Decimal(1), -reading).progress
    assert mirrored == progress
