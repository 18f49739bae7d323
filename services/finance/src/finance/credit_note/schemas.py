"""What callers send and see of credit notes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, PositiveAmount
from chassis.text import Day, Line, Schema
from finance.invoice.schemas import InvoiceTaxView

LineNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class CreditLine(Schema):
    line_number: LineNumber = Field(description="Of the invoice.")
    amount: PositiveAmount = Field(description="Net of tax.")


class IssueCreditNote(Schema):
    reason: Line
    lines: list[CreditLine] = Field(min_length=1, max_length=1_000)
    posted_on: Day | None = Field(
        default=None, description="When the ledger counts it. Without one: today, or the next day of an open period."
    )


class CreditNoteSummary(Schema):
    id: UUID
    invoice_id: UUID
    number: str
    reason: str
    currency: Currency
    net: Amount
    tax: Amount
    total: Amount
    issued_on: date
    entry_id: UUID | None = Field(description="Null for that of a statement.")


class CreditNoteView(CreditNoteSummary):
    taxes: list[InvoiceTaxView]
    lines: list[CreditLine]
    version: int
