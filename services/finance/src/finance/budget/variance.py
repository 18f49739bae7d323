"""Budget against actual: the difference, what it means, and what of it is price and what is volume; pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from chassis.money import DECIMALS, EXACT, of_fraction


class Meaning(StrEnum):
    FAVORABLE = "favorable"
    UNFAVORABLE = "unfavorable"
    ON_BUDGET = "on_budget"


def variance(budgeted: Decimal, actual: Decimal) -> Decimal:
    """Actual less budget: above zero more was spent than planned."""
    return EXACT.subtract(actual, budgeted)


def meaning(variance: Decimal) -> Meaning:
    """Of a cost: spending less than planned is favorable."""
    if not variance:
        return Meaning.ON_BUDGET
    return Meaning.UNFAVORABLE if variance > 0 else Meaning.FAVORABLE


@dataclass(frozen=True, slots=True)
class Parts:
    """Price + volume = variance, to the last digit."""

    price: Decimal
    volume: Decimal


def parts(budgeted: Decimal, actual: Decimal, planned_quantity: Decimal, actual_quantity: Decimal) -> Parts | None:
    """Volume = (actual quantity − planned) × planned price; price = actual − planned price × actual quantity.

    The planned price of the actual quantity is rounded to 12 decimals; price takes what that leaves. Null without a
    planned quantity.
    """
    if not planned_quantity:
        return None
    per_unit = Fraction(budgeted) / Fraction(planned_quantity)
    flexed = of_fraction(per_unit * Fraction(actual_quantity), DECIMALS)
    return Parts(price=EXACT.subtract(actual, flexed), volume=EXACT.subtract(flexed, budgeted))
