"""What callers send and see of subscriptions."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.money import PositiveAmount
from chassis.text import Code, Day, Line, Schema


class StartSubscription(Schema):
    service_id: UUID
    customer_id: UUID = Field(description="A merged customer stands for the one that lives on.")
    quantity: PositiveAmount
    option: Line | None = Field(default=None, description="Which variant of the service.")
    starts_on: Day
    ends_on: Day | None = Field(default=None, description="The first day without it; null for an open end.")
    source: Code | None = Field(default=None, description="The system that knows it by `external_id`; both or none.")
    external_id: Line | None = None


class EndSubscription(Schema):
    on: Day = Field(description="The first day without it.")


class SubscriptionView(Schema):
    id: UUID
    service_id: UUID
    customer_id: UUID
    quantity: PositiveAmount
    option: str | None
    starts_on: date
    ends_on: date | None
    source: str | None
    external_id: str | None
    version: int
