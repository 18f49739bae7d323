"""What callers send and see of allocation runs."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, Quantity
from chassis.text import Code, Day, Schema
from finance.allocation_model.model import AllocationMethod, SharedBy
from finance.allocation_run.model import AllocationRole

SHOWN_CHANGES = 500


class RunAllocation(Schema):
    """Half-open `[starts_on, ends_on)`, made of whole fiscal periods; of drivers, levels are read on its last day."""

    model: Code
    starts_on: Day
    ends_on: Day


class AllocationRunView(Schema):
    id: UUID
    model_id: UUID
    revision: int
    starts_on: date
    ends_on: date
    currency: Currency
    cost_in: Amount
    allocated: Amount
    unallocated: Amount
    ran_at: datetime
    replaced_at: datetime | None
    version: int


class AllocatedObjectView(Schema):
    """full = direct − given + received, rounded once for all that took part; `exact` is full before that."""

    cost_object_code: str
    cost_object_name: str
    service_id: UUID | None
    direct: Amount
    given: Amount
    received: Amount
    full: Amount
    exact: Amount


class AllocatedConsumerView(Schema):
    """`exact` is the amount before it was rounded."""

    consumer_id: UUID
    consumer_code: str
    consumer_name: str
    amount: Amount
    exact: Amount


class AllocatedPoolView(Schema):
    """cost = given + kept, exact: of kept cost nobody was served, or it is idle or stays by stated parts.

    `idle` is the cost of capacity that nobody used, wherever it went; `used` and `capacity` are in units of the driver.
    Of the targets `served` had some of the driver, `unmeasured` have no quantity of it.
    """

    pool: str
    number: int
    layer: str
    method: AllocationMethod
    shared_by: SharedBy
    driver: str | None
    cost: Amount
    given: Amount
    kept: Amount
    idle: Amount
    used: Quantity
    capacity: Quantity | None
    served: int
    unmeasured: int


class AllocationLineView(Schema):
    """Exact. `driver_quantity` of a target. Of a source, `kept` is what the pool could not hand on; `own`, how much of
    amount and kept was posted on it, the rest it had received."""

    pool: str
    cost_object_code: str
    role: AllocationRole
    amount: Amount
    driver_quantity: Quantity | None
    kept: Amount | None
    own: Amount | None


class ConsumerLineView(Schema):
    """Exact."""

    pool: str
    consumer_code: str
    amount: Amount
    driver_quantity: Quantity | None


class CostChange(Schema):
    """Of a cost object or of a consumer: what it would bear, what it bears by the current run (null: no part in it)."""

    cost_object_code: str | None
    consumer_code: str | None
    now: Amount | None
    before: Amount | None
    difference: Amount


class AllocationPreview(Schema):
    """What a run would say, stored nowhere. `changes` are the largest differences to the run that it would replace."""

    model_id: UUID
    revision: int
    starts_on: date
    ends_on: date
    currency: Currency
    cost_in: Amount
    allocated: Amount
    unallocated: Amount
    replaces_run_id: UUID | None
    changed: int
    changes: list[CostChange] = Field(max_length=SHOWN_CHANGES)
    pools: list[AllocatedPoolView]
