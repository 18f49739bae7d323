"""What the finance service announces about disputes."""

from uuid import UUID

from chassis.events import Event
from chassis.money import Currency
from finance.invoice.events import BilledService


class DisputeOpened(Event, type="finance.dispute-opened.v1"):
    """`services` are the net amounts of the disputed lines."""

    dispute_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: Currency
    reason: str
    services: list[BilledService]


class DisputeResolved(Event, type="finance.dispute-resolved.v1"):
    """Upheld or rejected; `services` are the net amounts given back by the credit note, if there is one."""

    dispute_id: UUID
    invoice_id: UUID
    customer_id: UUID
    upheld: bool
    credit_note_id: UUID | None
    currency: Currency
    words: str
    services: list[BilledService]
