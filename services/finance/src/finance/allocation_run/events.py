"""What the finance service announces about allocation."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency


class AllocatedObject(BaseModel):
    """full = direct − given + received."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_object_code: str
    service_id: UUID | None
    direct: Amount
    given: Amount
    received: Amount
    full: Amount


class AllocationCompleted(Event, type="finance.allocation-completed.v1"):
    """Replaces what an earlier run of the same model said about the same range."""

    allocation_run_id: UUID
    model_code: str
    starts_on: date
    ends_on: date
    currency: Currency
    cost_in: Amount
    allocated: Amount
    unallocated: Amount
    objects: list[AllocatedObject]
