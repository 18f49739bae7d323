"""The rows of files about subscriptions."""

from typing import Self
from uuid import UUID

from pydantic import model_validator

from chassis.money import PositiveAmount
from chassis.text import Code, Day, Line, Schema


class SubscriptionRow(Schema):
    """A subscription by its source and external id, or by customer, service, option and first day; its service by code
    or by its id in the source; its customer by code or by id."""

    source: Code | None = None
    external_id: Line | None = None
    service: Code | None = None
    service_external_id: Line | None = None
    customer: Code | None = None
    customer_id: UUID | None = None
    quantity: PositiveAmount
    option: Line | None = None
    starts_on: Day
    ends_on: Day | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.source is None and (self.external_id or self.service_external_id):
            raise ValueError("an external id needs its source")
        if not (self.service or self.service_external_id):
            raise ValueError("the service is named by service (its code) or service_external_id")
        if (self.customer is None) == (self.customer_id is None):
            raise ValueError("the customer is named by either customer (its code) or customer_id")
        return self
