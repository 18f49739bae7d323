"""What callers see when an allocated amount is explained."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, Quantity
from chassis.text import Schema
from finance.account.model import AccountType
from finance.allocation_model.model import AllocationMethod, SharedBy
from finance.allocation_run.model import AllocationRole

SHOWN = 500


class PostedCost(Schema):
    """The balance of one account, as the ledger has it now; income is negative. `direct` is what the run went out from:
    the expenses of then, less the income that pools took on a net basis."""

    account_code: str
    account_name: str
    nature: str | None
    type: AccountType
    amount: Amount


class ReceivedShare(Schema):
    """amount = pool_cost × driver_quantity / used, where all that was used was served and nothing was idle."""

    pool: str
    layer: str
    method: AllocationMethod
    role: AllocationRole
    shared_by: SharedBy
    driver: str | None
    amount: Amount
    driver_quantity: Quantity | None
    used: Quantity
    capacity: Quantity | None
    pool_cost: Amount


class Origin(Schema):
    """Of the received amount, how much was posted on this cost object."""

    cost_object_code: str
    cost_object_name: str
    amount: Amount


class AllocationExplanation(Schema):
    """amount = direct − given + received + rounding, exact but for `amount`.

    Origins add up to `received`; lists show the largest 500.
    """

    run_id: UUID
    model_code: str
    revision: int
    starts_on: date
    ends_on: date
    currency: Currency
    ran_at: datetime
    cost_object_code: str | None
    consumer_code: str | None
    amount: Amount
    direct: Amount
    given: Amount
    received: Amount
    rounding: Amount
    accounts: list[PostedCost]
    share_count: int
    shares: list[ReceivedShare] = Field(max_length=SHOWN)
    origin_count: int
    origins: list[Origin] = Field(max_length=SHOWN)


class Bearer(Schema):
    """Who bears it in the end: a cost object, which may be the source itself, or a consumer."""

    cost_object_code: str | None
    consumer_code: str | None
    name: str
    amount: Amount


class AllocationBearers(Schema):
    """Of the cost posted on one source: `own` went into pools, and all bearers together bear that; the largest 500."""

    run_id: UUID
    cost_object_code: str
    currency: Currency
    own: Amount
    bearer_count: int
    bearers: list[Bearer] = Field(max_length=SHOWN)


class AllocatedEntryView(Schema):
    """A journal entry (`/v1/journal-entries/{entry_id}`) with what it posted on the cost object."""

    entry_id: UUID
    posted_on: date
    description: str
    source: str
    reference: str
    expense: Amount
    income: Amount
