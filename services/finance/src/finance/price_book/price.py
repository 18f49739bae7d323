"""How an item is priced: its model with the parameters of that, as callers send them and as they are stored."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chassis.money import DecimalString, NonNegativeAmount, PositiveAmount
from chassis.text import Code, Line, Schema

MOST_TIERS, MOST_NAMED = 50, 500

UnitPrice = Annotated[
    Decimal,
    DecimalString(
        r"^[0-9]{1,12}(\.[0-9]{1,18})?$",
        'write a price of zero or more as a string such as "0.0000087890625": at most 12 digits, then 18 decimals',
    ),
]
Percent = Annotated[
    Decimal,
    DecimalString(
        r"^-?[0-9]{1,4}(\.[0-9]{1,6})?$",
        'write the percentage as a string such as "7.5": at most 4 digits, then at most 6 decimals',
    ),
]
Markup = Annotated[
    Decimal,
    DecimalString(
        r"^[0-9]{1,4}(\.[0-9]{1,6})?$",
        'write a percentage of zero or more as a string such as "7.5": at most 4 digits, then at most 6 decimals',
    ),
]


class Flat(Schema):
    """One amount per full period for who uses or subscribes at all."""

    model: Literal["flat"]
    amount: UnitPrice


class PerUnit(Schema):
    model: Literal["per_unit"]
    unit_price: UnitPrice


class Tier(Schema):
    """From where the tier before it ends (the first from 0) up to and including `up_to`; the last has no end."""

    up_to: PositiveAmount | None = None
    unit_price: UnitPrice


class Tiered(Schema):
    tiers: list[Tier] = Field(min_length=1, max_length=MOST_TIERS)

    @model_validator(mode="after")
    def ascending(self) -> Self:
        if self.tiers[-1].up_to is not None:
            raise ValueError("the last tier has no end: leave its up_to out")
        ends = [tier.up_to for tier in self.tiers[:-1]]
        if None in ends:
            raise ValueError("only the last tier has no end")
        if any(not lower < upper for lower, upper in pairwise(end for end in ends if end is not None)):
            raise ValueError("each tier must end above the one before it")
        return self


class Graduated(Tiered):
    """Each unit at the price of the tier that it falls into."""

    model: Literal["graduated"]


class Volume(Tiered):
    """All units at the price of the tier that the quantity reaches."""

    model: Literal["volume"]


class Package(Schema):
    """Whole packages: one that is begun is charged."""

    model: Literal["package"]
    size: PositiveAmount
    price: UnitPrice


class Percentage(Schema):
    """A percentage of what the same consumer is charged for other items, as rounded there; below zero a discount."""

    model: Literal["percentage"]
    percent: Percent
    of: list[Code] = Field(
        default=[],
        max_length=MOST_NAMED,
        description="Codes of items of this version; without any, all others of the same cost object.",
    )


class CostPlus(Schema):
    """The allocated cost of a unit, which is the cost object's full cost / all units counted, and a markup on it."""

    model: Literal["cost_plus"]
    markup_percent: Markup


Price = Annotated[Flat | PerUnit | Graduated | Volume | Package | Percentage | CostPlus, Field(discriminator="model")]


class Terms(Schema):
    """What an item counts and how that is priced, per full period.

    Counted is the usage of a meter or, without one, the subscribed quantity. What is `prorated` is subscribed quantity,
    flat amount, included quantity, minimum and maximum, by days / days of the full period. Minimum and maximum bound
    the size of the amount, also that of a discount.
    """

    code: Code = Field(description="Unique within the version.")
    name: Line
    unit: Line
    meter: Code | None = None
    price: Price
    included: NonNegativeAmount | None = Field(default=None, description="Of the quantity, taken off before pricing.")
    minimum: NonNegativeAmount | None = None
    maximum: NonNegativeAmount | None = None
    prorated: bool = True

    @model_validator(mode="after")
    def bounds_fit(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("the minimum is above the maximum")
        return self

    @model_validator(mode="after")
    def model_fits(self) -> Self:
        if isinstance(self.price, Percentage):
            if self.meter is not None:
                raise ValueError("a percentage counts what is charged, not a meter")
            if self.code in self.price.of:
                raise ValueError("an item cannot be a percentage of itself")
        if self.included is not None and isinstance(self.price, Flat | Percentage):
            raise ValueError("only what is priced by quantity can include some of it")
        return self
