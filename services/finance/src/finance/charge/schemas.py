"""What callers see of charges, and the explanation of each figure."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, Quantity
from chassis.text import Schema
from finance.charge_plan.model import ChargeBasis, ChargeMode

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
    cost_object_code: str
    cost_object_name: str
    service_id: UUID | None
    amount: Amount
    quantity: Quantity
    quantity_total: Quantity
    cost: Amount


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


class ChargeExplanation(Schema):
    charge_id: UUID
    run_id: UUID
    allocation_run_id: UUID | None
    basis: ChargeBasis
    currency: Currency
    total: Amount
    lines: list[LineExplanation]
