"""What callers see of charges, and the explanation of each figure."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, Quantity
from chassis.text import Schema
from finance.charge_plan.model import ChargeBasis, ChargeMode
from finance.price_book.price import Terms
from finance.price_book.stating import RatingStepView

SHOWN_ENTRIES = 100


class ChargeView(Schema):
    id: UUID
    run_id: UUID
    consumer_id: UUID
    consumer_name: str
    mode: ChargeMode
    starts_on: date
    ends_on: date
    currency: Currency
    total: Amount
    replaced_at: datetime | None
    version: int


class ChargeLineView(Schema):
    """Of a priced line, which has an item, the whole is the line itself: its total is its quantity, its cost its
    amount."""

    id: UUID
    cost_object_code: str
    cost_object_name: str
    service_id: UUID | None
    amount: Amount
    quantity: Quantity
    quantity_total: Quantity
    cost: Amount
    item_code: str | None
    item_name: str | None
    unit: str | None
    price_version_id: UUID | None
    starts_on: date | None
    ends_on: date | None
    exact: Amount | None = Field(description="Before rounding, cut to 12 decimals.")


class AccountCost(Schema):
    account_code: str
    account_name: str
    nature: str | None
    amount: Amount


class SourceCost(Schema):
    """What a cost object cost by itself, and the entries that say so; `entries` shows the first 100."""

    cost_object_code: str
    amount: Amount
    accounts: list[AccountCost]
    entry_count: int
    entries: list[UUID] = Field(max_length=SHOWN_ENTRIES)


class PoolShare(Schema):
    """What the cost object received from a pool, and what the pool was filled with."""

    pool: str
    amount: Amount
    driver_quantity: Quantity
    quantity_total: Quantity
    pool_cost: Amount
    sources: list[SourceCost]


class LineExplanation(Schema):
    """amount = cost × quantity / quantity_total to the minor unit; `exact` is the share before, cut to 12 decimals."""

    cost_object_code: str
    amount: Amount
    exact: Amount
    cost: Amount
    quantity: Quantity
    quantity_total: Quantity
    direct: SourceCost
    pools: list[PoolShare]


class Counted(StrEnum):
    USAGE = "usage"
    SUBSCRIPTION = "subscription"
    CHARGES = "charges"


class Rating(Schema):
    """How the quantity of a priced line was counted, and the steps of its price.

    Usage: the sum of `records` of the meter. Subscription: quantity × days (`quantity_days`) / `period_days`. Charges:
    what a percentage is taken of. `days` are those that flat amounts, included quantity and bounds are prorated by.
    Of cost-plus, the cost of a unit is `cost` / `cost_quantity`.
    """

    model: str
    counted: Counted
    meter: str | None = None
    records: int | None = None
    quantity_days: Amount | None = None
    days: int
    period_days: int
    cost: Amount | None = None
    cost_quantity: Amount | None = None
    steps: list[RatingStepView]


class PricedLineExplanation(Schema):
    """amount = exact, rounded as `rounding` says; the steps add up to it."""

    cost_object_code: str
    item_code: str
    item_name: str
    unit: str
    price_book_code: str
    price_version_id: UUID
    price_version_number: int
    price_version_starts_on: date
    terms: Terms
    starts_on: date
    ends_on: date
    quantity: Quantity
    rating: Rating
    exact: Amount
    amount: Amount
    rounding: str


class ChargeExplanation(Schema):
    """`lines` of a charge on a cost basis, `priced_lines` of one on prices."""

    charge_id: UUID
    run_id: UUID
    allocation_run_id: UUID | None
    basis: ChargeBasis
    currency: Currency
    total: Amount
    lines: list[LineExplanation]
    priced_lines: list[PricedLineExplanation]
