"""What strategy says of demand, of coverage and of capacity, as callers see it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, NonNegativeAmount
from chassis.text import Schema


class Volume(Schema):
    month: date
    quantity: NonNegativeAmount


class KnownDemandView(Schema):
    """Demand as strategy counted it and as it expects it, by its latest forecast."""

    id: UUID = Field(description="The demand pattern.")
    code: str
    name: str
    unit: str
    service_id: UUID | None
    need_id: UUID | None
    customer_id: UUID | None
    segment_id: UUID | None
    method: str
    mean_absolute_error: NonNegativeAmount | None
    made_on: date
    observed: list[Volume] = Field(max_length=24)
    expected: list[Volume] = Field(max_length=36)
    change: Amount | None = Field(
        description="From the mean of the latest months, at most 12, to that of as many expected ones; a fraction."
    )
    heard_at: datetime


class KnownCoverageView(Schema):
    """A need or a service of a class (white_space, orphan, served, overlap, closed) since a day."""

    id: UUID = Field(description="The need or the service.")
    subject_kind: str
    label: str
    service_kind: str | None
    coverage_class: str
    before: str | None
    offerings: int
    weight: int
    changed_on: date
    heard_at: datetime


class KnownCapacityView(Schema):
    """How much of an asset there is in the month `[starts_on, ends_on)`, in its unit; `used` is null: not known."""

    asset_id: UUID
    code: str
    name: str
    kind: str
    asset_type: str
    unit: str
    starts_on: date
    ends_on: date
    available: NonNegativeAmount
    used: NonNegativeAmount | None
    heard_at: datetime
