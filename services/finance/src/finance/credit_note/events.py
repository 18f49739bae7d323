"""What the finance service announces about credit notes."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.money import Amount, Currency
from finance.invoice.events import BilledService


class CreditNoteIssued(Event, type="finance.credit-note-issued.v1"):
    """Amounts are what is given back, above zero."""

    credit_note_id: UUID
    number: str
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    issued_on: date
    currency: Currency
    net: Amount
    tax: Amount
    total: Amount
    reason: str
    services: list[BilledService]
