"""What the portfolio announces about subscriptions."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.money import NonNegativeAmount


class SubscriptionStarted(Event, type="portfolio.subscription-started.v1"):
    """`starts_on` is its first day. It lasts until a subscription-ended says otherwise."""

    subscription_id: UUID
    service_id: UUID
    customer_id: UUID
    quantity: NonNegativeAmount
    option: str | None
    starts_on: date


class SubscriptionEnded(Event, type="portfolio.subscription-ended.v1"):
    """`ended_on` is the first day without it; it may lie ahead, and a later fact may bring it nearer."""

    subscription_id: UUID
    service_id: UUID
    customer_id: UUID
    ended_on: date
