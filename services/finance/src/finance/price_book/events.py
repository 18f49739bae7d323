"""What the finance service announces about prices."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Currency


class PricedService(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_object_code: str
    service_id: UUID | None


class PriceVersionPublished(Event, type="finance.price-version-published.v1"):
    """Prices that hold in `[starts_on, ends_on)`, until a later fact supersedes them; `services` are those priced."""

    price_version_id: UUID
    price_book_id: UUID
    price_book_code: str
    number: int
    currency: Currency
    starts_on: date
    ends_on: date | None
    supersedes_id: UUID | None
    services: list[PricedService]
