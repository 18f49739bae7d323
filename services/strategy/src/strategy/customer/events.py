"""What the strategy service announces about customers."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.money import NonNegativeAmount


class CustomerRegistered(Event, type="strategy.customer-registered.v1"):
    customer_id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None


class CustomerChanged(Event, type="strategy.customer-changed.v1"):
    customer_id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None


class CustomersMerged(Event, type="strategy.customers-merged.v1"):
    merged_id: UUID
    survivor_id: UUID


class CustomerSized(Event, type="strategy.customer-sized.v1"):
    customer_id: UUID
    measure: str
    quantity: NonNegativeAmount
    valid_from: date
