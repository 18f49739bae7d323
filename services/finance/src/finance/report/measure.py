"""Ratios of a report. What cannot be measured is null, and never zero; pure."""

from decimal import Decimal
from fractions import Fraction

from chassis.money import DECIMALS, EXACT, WHOLE_DIGITS, of_fraction

HUNDRED = Decimal(100)
LIMIT = Decimal(10) ** WHOLE_DIGITS


def ratio(amount: Decimal | None, by: Decimal | None, *, decimals: int = DECIMALS) -> Decimal | None:
    """amount / by, rounded once. Null without either of them, by zero, and beyond what an amount can say."""
    if amount is None or not by:
        return None
    found = of_fraction(Fraction(amount) / Fraction(by), decimals)
    return found if abs(found) < LIMIT else None


def percent(amount: Decimal | None, of: Decimal | None) -> Decimal | None:
    """Of a whole above zero, to a tenth of a percent: of less than nothing there is no share."""
    if amount is None or of is None or of <= 0:
        return None
    return ratio(EXACT.multiply(amount, HUNDRED), of, decimals=1)


def percent_change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """To a tenth of a percent of what was before."""
    return None if now is None or before is None else percent(EXACT.subtract(now, before), before)
