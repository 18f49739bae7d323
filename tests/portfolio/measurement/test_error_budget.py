"""What a target leaves room for."""

from decimal import Decimal
from fractions import Fraction

from portfolio.measurement.error_budget import error_budget

HOUR, MONTH = Fraction(3_600), Fraction(30 * 86_400)
THREE_NINES = Fraction(999, 1_000)


def test_three_nines_of_thirty_days_leave_forty_three_minutes_and_twelve_seconds() -> None:
    budget = error_budget(THREE_NINES, bad=Fraction(1_000), passed=MONTH, whole=MONTH)
    assert (budget.allowed, budget.used, budget.remaining) == (Decimal(2592), Decimal(1000), Decimal(1592))
    assert budget.burn_rate == Decimal("0.385802")


def test_the_rate_tells_how_fast_it_burns_before_the_window_ends() -> None:
    """All of the budget in the first half: twice as fast as it may."""
    budget = error_budget(THREE_NINES, bad=Fraction(2_592), passed=MONTH / 2, whole=MONTH)
    assert (budget.remaining, budget.burn_rate) == (Decimal(0), Decimal(2))


def test_what_is_overspent_is_below_zero() -> None:
    assert error_budget(THREE_NINES, bad=HOUR, passed=MONTH, whole=MONTH).remaining == 2_592 - 3_600


def test_a_promise_of_everything_leaves_nothing_and_has_no_rate() -> None:
    budget = error_budget(Fraction(1), bad=HOUR, passed=MONTH, whole=MONTH)
    assert (budget.allowed, budget.remaining, budget.burn_rate) == (Decimal(0), Decimal(-3600), None)


def test_there_is_no_rate_before_anything_has_passed() -> None:
    assert error_budget(THREE_NINES, bad=Fraction(0), passed=Fraction(0), whole=MONTH).burn_rate is None
