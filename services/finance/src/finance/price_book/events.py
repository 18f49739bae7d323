"""What the finance service announces about prices."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency, NonNegativeAmount
from finance.price_book.price import UnitPrice


class PricedService(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_object_code: str
    service_id: UUID | None


class PricedTier(BaseModel):
    """Up to and including `up_to`; the last tier has no end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to: NonNegativeAmount | None
    unit_price: UnitPrice


class PricedItem(BaseModel):
    """`price` is per full period (flat), per unit or per package of `package_size`; tiers have theirs; `percent` is of
    what else is charged (percentage), or what cost-plus adds to the cost of a unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_object_code: str
    service_id: UUID | None
    code: str
    name: str
    unit: str
    metered: bool
    model: str
    price: UnitPrice | None
    package_size: NonNegativeAmount | None
    percent: Amount | None
    tiers: list[PricedTier]
    included: NonNegativeAmount | None
    minimum: NonNegativeAmount | None
    maximum: NonNegativeAmount | None


class PriceVersionPublished(Event, type="finance.price-version-published.v1"):
    """Prices that hold in `[starts_on, ends_on)`, until a later fact supersedes or ends them; `services` are those
    priced, `items` what is asked for them."""

    price_version_id: UUID
    price_book_id: UUID
    price_book_code: str
    number: int
    currency: Currency
    starts_on: date
    ends_on: date | None
    supersedes_id: UUID | None
    services: list[PricedService]
    items: list[PricedItem]


class PriceVersionEnded(Event, type="finance.price-version-ended.v1"):
    """`ends_on` is the first day on which its prices do not hold any more."""

    price_version_id: UUID
    price_book_code: str
    ends_on: date
