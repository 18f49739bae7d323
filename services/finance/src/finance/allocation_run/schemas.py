"""What callers send and see of allocation runs."""

from datetime import date, datetime
from uuid import UUID

from chassis.money import Amount, Currency, Quantity
from chassis.text import Code, Schema
from finance.allocation_run.model import AllocationRole


class RunAllocation(Schema):
    """Half-open `[starts_on, ends_on)`, made of whole fiscal periods; drivers are read as of its last day."""

    model: Code
    starts_on: date
    ends_on: date


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
    """full = direct − given + received."""

    cost_object_code: str
    cost_object_name: str
    service_id: UUID | None
    direct: Amount
    given: Amount
    received: Amount
    full: Amount


class AllocationLineView(Schema):
    """`driver_quantity` of a target; null for a source."""

    pool: str
    cost_object_code: str
    role: AllocationRole
    amount: Amount
    driver_quantity: Quantity | None
