"""What the finance service announces about the ledger."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency


class CostTotal(BaseModel):
    """Net cost in the base currency: expenses are positive, income (`income` is true) is negative."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    service_id: UUID | None
    cost_object_code: str | None
    period_code: str
    period_starts_on: date
    nature: str | None
    income: bool
    currency: Currency
    amount: Amount


class CostPosted(Event, type="finance.cost-posted.v1"):
    """One per entry, batch or import, never one per line; `source` and `reference` say which."""

    source: str
    reference: str
    totals: list[CostTotal]
