"""Prices as finance announces them and as the catalog shows them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from chassis.money import Amount, DecimalString, NonNegativeAmount
from chassis.text import Schema

Price = Annotated[Decimal, DecimalString(r"^[0-9]{1,12}(\.[0-9]{1,18})?$", "write a price of zero or more as a string")]


class Tier(Schema):
    up_to: NonNegativeAmount | None = Field(description="Included; null for the last tier.")
    unit_price: Price


class PriceTerms(Schema):
    """`price` is per full period (flat), per unit, or per package of `package_size`; tiers have theirs; `percent` is of
    what else is charged (percentage), or what is added to the cost of a unit (cost_plus)."""

    code: str
    name: str
    unit: str
    metered: bool = Field(description="By metered usage; else by the subscribed quantity.")
    model: str
    price: Price | None
    package_size: NonNegativeAmount | None
    percent: Amount | None
    tiers: list[Tier]
    included: NonNegativeAmount | None
    minimum: NonNegativeAmount | None
    maximum: NonNegativeAmount | None


class CatalogPrice(PriceTerms):
    """An option of the service, and what is asked for it today."""

    price_book: str
    currency: str
