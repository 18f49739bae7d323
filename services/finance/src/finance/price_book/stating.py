"""The steps of a price in decimals, as they are kept with a charge and shown."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from chassis.money import EXACT, Amount, DecimalString
from chassis.text import Schema
from finance.price_book.rating import Step, StepRule

SHOWN_DECIMALS, PRICE_DECIMALS = 12, 18
Rate = Annotated[
    Decimal,
    DecimalString(r"^-?[0-9]{1,20}(\.[0-9]{1,18})?$", "write the rate as a string: at most 18 decimals"),
]


class RatingStepView(Schema):
    """`amount` is what the step adds, so that all steps together are the amount of the line. `price` is per unit of
    `quantity`; a percentage per hundred; of a minimum or maximum the bound. A proration has the part of the full period
    as its quantity. A tier lies above `above`, up to and including `up_to`. Repeating decimals are cut."""

    rule: StepRule
    quantity: Amount | None
    price: Rate | None
    above: Amount | None
    up_to: Amount | None
    amount: Amount = Field(description="Cut to 12 decimals.")


def cut(number: Fraction, decimals: int = SHOWN_DECIMALS) -> Decimal:
    """The number toward zero, without zeros at its end."""
    units = Decimal(int(number * 10**decimals)).scaleb(-decimals, context=EXACT).normalize(EXACT)
    return units.quantize(Decimal(1), context=EXACT) if units == units.to_integral_value() else units


def stated(steps: Iterable[Step]) -> list[RatingStepView]:
    return [
        RatingStepView(
            rule=step.rule,
            quantity=None if step.quantity is None else cut(step.quantity),
            price=None if step.price is None else _rate(step.price),
            above=None if step.above is None else cut(step.above),
            up_to=None if step.up_to is None else cut(step.up_to),
            amount=cut(step.amount),
        )
        for step in steps
    ]


def _rate(price: Fraction) -> Decimal:
    """Prices have up to 12 digits before the point and 18 after it; the cost of a unit can have more before it."""
    return cut(price, PRICE_DECIMALS if abs(price) < 10**12 else SHOWN_DECIMALS)
