"""Pricing what was used: exact to the last digit, every step kept, rounded once.

Order: included quantity off, the model, proration of a flat amount, minimum and maximum, rounding. Graduated and volume
pricing as in the published cases of the tests: a tier ends with `up_to`, which still belongs to it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from chassis.money import minor_unit, of_fraction
from chassis.problems import Invalid
from finance.price_book.price import (
    CostPlus,
    Flat,
    Graduated,
    Package,
    Percentage,
    PerUnit,
    Price,
    Terms,
    Tiered,
)

HUNDRED = 100
# Of one line, so that a hundred thousand of them together still fit into an amount.
WHOLE_DIGITS = 15
ROUNDING = "half away from zero to the minor unit of the currency, once per line"


class AmountTooLarge(Invalid, code="finance.price-book.amount-too-large"):
    """Quantity and price make more than 15 digits before the point."""


class UnitCostMissing(Invalid, code="finance.price-book.unit-cost-missing"):
    """Cost-plus needs the cost of a unit."""


class StepRule(StrEnum):
    INCLUDED = "included"
    FLAT = "flat"
    UNIT = "unit"
    TIER = "tier"
    PACKAGE = "package"
    PERCENT = "percent"
    UNIT_COST = "unit_cost"
    MARKUP = "markup"
    PRORATION = "proration"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    ROUNDING = "rounding"


@dataclass(frozen=True)
class Step:
    """`amount` is what the step adds: all of a line's steps together are its amount. `price` is per unit of quantity
    (a percentage: per hundred), `quantity` of a proration the part of the full period, and `above` and `up_to` are
    the edges of a tier. A minimum or maximum has the bound as its price."""

    rule: StepRule
    amount: Fraction = Fraction(0)
    quantity: Fraction | None = None
    price: Fraction | None = None
    above: Fraction | None = None
    up_to: Fraction | None = None


@dataclass(frozen=True)
class Use:
    """What is priced: `share` is days / days of the full period; the quantity of a percentage is the charged amount."""

    quantity: Fraction
    share: Fraction = Fraction(1)
    unit_cost: Fraction | None = None


@dataclass(frozen=True)
class Rated:
    exact: Fraction
    amount: Decimal
    steps: tuple[Step, ...]


def rate(terms: Terms, use: Use, currency: str) -> Rated:
    """Raises AmountTooLarge, and UnitCostMissing for cost-plus without one."""
    share = use.share if terms.prorated else Fraction(1)
    included = min(Fraction(terms.included or 0) * share, use.quantity)
    steps = [Step(StepRule.INCLUDED, quantity=included)] if included else []
    steps += _by_model(terms.price, use.quantity - included, use.unit_cost)
    if isinstance(terms.price, Flat) and share != 1:
        steps.append(Step(StepRule.PRORATION, Fraction(terms.price.amount) * (share - 1), quantity=share))
    steps += _bounded(terms, sum((step.amount for step in steps), Fraction(0)), share)
    exact = sum((step.amount for step in steps), Fraction(0))
    if any(
        abs(number or 0) >= 10**WHOLE_DIGITS for step in steps for number in (step.amount, step.quantity, step.price)
    ):
        raise AmountTooLarge(f"The item {terms.code} makes more than {WHOLE_DIGITS} digits before the point.")
    amount = of_fraction(exact, minor_unit(currency))
    if exact != amount:
        steps.append(Step(StepRule.ROUNDING, Fraction(amount) - exact))
    return Rated(exact, amount, tuple(steps))


def _by_model(price: Price, quantity: Fraction, unit_cost: Fraction | None) -> Iterator[Step]:
    match price:
        case Flat():
            yield Step(StepRule.FLAT, Fraction(price.amount), price=Fraction(price.amount))
        case PerUnit():
            yield _times(StepRule.UNIT, quantity, Fraction(price.unit_price))
        case Package():
            yield _times(StepRule.PACKAGE, Fraction(math.ceil(quantity / Fraction(price.size))), Fraction(price.price))
        case Percentage():
            percent = Fraction(price.percent)
            yield Step(StepRule.PERCENT, quantity * percent / HUNDRED, quantity=quantity, price=percent)
        case CostPlus():
            yield from _cost_plus(price, quantity, unit_cost)
        case Graduated():
            yield from _graduated(price, quantity)
        case _:
            yield from _volume(price, quantity)


def _times(rule: StepRule, quantity: Fraction, price: Fraction) -> Step:
    return Step(rule, quantity * price, quantity=quantity, price=price)


def _cost_plus(price: CostPlus, quantity: Fraction, unit_cost: Fraction | None) -> Iterator[Step]:
    if unit_cost is None:
        raise UnitCostMissing
    cost, percent = _times(StepRule.UNIT_COST, quantity, unit_cost), Fraction(price.markup_percent)
    yield cost
    if percent:
        yield Step(StepRule.MARKUP, cost.amount * percent / HUNDRED, quantity=cost.amount, price=percent)


def _edges(price: Tiered) -> Iterator[tuple[Fraction, Fraction | None, Fraction]]:
    """(above, up to, price of a unit) of each tier."""
    above = Fraction(0)
    for tier in price.tiers:
        up_to = None if tier.up_to is None else Fraction(tier.up_to)
        yield above, up_to, Fraction(tier.unit_price)
        above = up_to or above


def _graduated(price: Tiered, quantity: Fraction) -> Iterator[Step]:
    for above, up_to, unit_price in _edges(price):
        within = (quantity if up_to is None else min(quantity, up_to)) - above
        if within > 0:
            yield Step(StepRule.TIER, within * unit_price, within, unit_price, above, up_to)


def _volume(price: Tiered, quantity: Fraction) -> Iterator[Step]:
    for above, up_to, unit_price in _edges(price):
        if up_to is None or quantity <= up_to:
            yield Step(StepRule.TIER, quantity * unit_price, quantity, unit_price, above, up_to)
            return


def _bounded(terms: Terms, amount: Fraction, share: Fraction) -> Iterator[Step]:
    sign = -1 if isinstance(terms.price, Percentage) and terms.price.percent < 0 else 1
    size = sign * amount
    for rule, stated, pick in ((StepRule.MINIMUM, terms.minimum, max), (StepRule.MAXIMUM, terms.maximum, min)):
        if stated is None:
            continue
        bound = Fraction(stated) * share
        if (kept := pick(size, bound)) != size:
            yield Step(rule, sign * (kept - size), price=bound)
            size = kept
