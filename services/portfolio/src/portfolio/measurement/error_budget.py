"""The error budget of a promise to be good for at least a share of the time or of the cases.

allowed = (1 − target) × whole; burn rate = (bad so far / so far) / (1 − target): at 1 the budget is used up just when
the window ends, at 2 after half of it.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chassis.money import of_fraction

DECIMALS = 6


@dataclass(frozen=True)
class ErrorBudget:
    """In the unit of the whole: seconds, or cases. `remaining` below zero says by how much it is overspent."""

    allowed: Decimal
    used: Decimal
    remaining: Decimal
    burn_rate: Decimal | None


def error_budget(target: Fraction, *, bad: Fraction, passed: Fraction, whole: Fraction) -> ErrorBudget:
    """`target` is a fraction of 1; `bad` of `passed` went wrong, and the window has `whole` when it closes. There is no
    rate while nothing has passed, nor against a promise of everything."""
    tolerated = 1 - target
    allowed = tolerated * whole
    rate = bad / passed / tolerated if passed and tolerated > 0 else None
    return ErrorBudget(
        allowed=of_fraction(allowed, DECIMALS),
        used=of_fraction(bad, DECIMALS),
        remaining=of_fraction(allowed - bad, DECIMALS),
        burn_rate=None if rate is None else of_fraction(rate, DECIMALS),
    )
