"""What the finance service announces about charges."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency


class ChargedService(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_object_code: str
    service_id: UUID | None
    amount: Amount


class ChargeIssued(Event, type="finance.charge-issued.v1"):
    """What one run charges one consumer. A later run of the same plan and range replaces all of its charges."""

    charge_run_id: UUID
    replaces_charge_run_id: UUID | None
    charge_id: UUID
    mode: str
    customer_id: UUID
    starts_on: date
    ends_on: date
    currency: Currency
    total: Amount
    services: list[ChargedService]
