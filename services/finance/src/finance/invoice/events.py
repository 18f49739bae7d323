"""What the finance service announces about invoices."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency


class BilledService(BaseModel):
    """Net of tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cost_object_code: str
    service_id: UUID | None
    amount: Amount


class InvoiceFinalized(Event, type="finance.invoice-finalized.v1"):
    """An invoice (mode chargeback) or a statement (showback) has its number and never changes again."""

    invoice_id: UUID
    number: str
    mode: str
    customer_id: UUID
    starts_on: date
    ends_on: date
    issued_on: date
    due_on: date
    currency: Currency
    net: Amount
    tax: Amount
    total: Amount
    services: list[BilledService]


class InvoiceVoided(Event, type="finance.invoice-voided.v1"):
    """All of a final invoice is taken back; its charges may be billed again."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    currency: Currency
    total: Amount
    reason: str
    services: list[BilledService]
