"""What callers send and see of charge runs."""

from datetime import date, datetime
from uuid import UUID

from chassis.money import Amount, Currency
from chassis.text import Code, Schema
from finance.charge_plan.model import ChargeBasis


class RunCharges(Schema):
    """Half-open `[starts_on, ends_on)`, made of whole fiscal periods; drivers are read as of its last day."""

    plan: Code
    starts_on: date
    ends_on: date


class UnchargedView(Schema):
    cost_object_code: str
    reason: str


class ChargeRunView(Schema):
    id: UUID
    plan_id: UUID
    allocation_run_id: UUID | None
    starts_on: date
    ends_on: date
    currency: Currency
    basis: ChargeBasis
    total: Amount
    uncharged: list[UnchargedView]
    ran_at: datetime
    replaced_at: datetime | None
    version: int
