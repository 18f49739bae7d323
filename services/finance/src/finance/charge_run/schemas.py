"""What callers send and see of charge runs."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency
from chassis.text import Code, Schema
from finance.charge_plan.model import ChargeBasis

SHOWN_CHANGES = 1_000


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


class PreviewCharges(RunCharges):
    price_version_id: UUID | None = Field(
        default=None, description="A draft of the plan's price book, priced as if it superseded what it overlaps."
    )


class ChargeChange(Schema):
    """Of one consumer and cost object: what a run would charge, and what the current one does (null: nothing)."""

    consumer_id: UUID
    consumer_name: str
    cost_object_code: str
    now: Amount | None
    before: Amount | None
    difference: Amount


class ChargeRunPreview(Schema):
    """Stored nowhere. `changes` are the largest differences to the run that would be replaced."""

    plan_id: UUID
    starts_on: date
    ends_on: date
    currency: Currency
    basis: ChargeBasis
    total: Amount
    line_count: int
    uncharged: list[UnchargedView]
    replaces_run_id: UUID | None
    replaces_total: Amount | None
    changed: int
    changes: list[ChargeChange] = Field(max_length=SHOWN_CHANGES)
