"""What callers send and see of invoices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, NonNegativeAmount, Quantity
from chassis.text import Code, Day, Line, Schema
from finance.charge_plan.model import ChargeMode
from finance.invoice.model import InvoiceLine, InvoiceState

SHOWN_INVOICES = 100


class DraftInvoices(Schema):
    """Half-open `[starts_on, ends_on)`: a range that was charged."""

    plan: Code
    starts_on: Day
    ends_on: Day
    consumer_ids: list[UUID] | None = Field(
        default=None, min_length=1, max_length=500, description="Whom to bill; all of them if left out."
    )


class DraftedInvoices(Schema):
    drafted: int = Field(description="New drafts.")
    recomputed: int = Field(description="Drafts that say something else now.")
    unchanged: int = Field(description="Drafts that say the same.")
    discarded: int = Field(description="Drafts of which nothing is left to be billed.")
    currency: Currency
    total: Amount = Field(description="Of all drafts that stand now, tax included.")
    invoice_ids: list[UUID] = Field(max_length=SHOWN_INVOICES, description="The first of these, by consumer's name.")


class FinalizeInvoice(Schema):
    posted_on: Day | None = Field(
        default=None,
        description="When the ledger counts it. Without one: the last day billed; if its period is not open, today or "
        "the first day of the next open one.",
    )


class VoidInvoice(Schema):
    reason: Line


class InvoiceSummary(Schema):
    id: UUID
    plan_id: UUID
    consumer_id: UUID
    consumer_name: str
    issuer_name: str
    account_name: str
    mode: ChargeMode = Field(description="A showback invoice is a statement: it posts nothing.")
    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    currency: Currency
    net: Amount
    tax: Amount
    total: Amount
    credited: NonNegativeAmount = Field(description="Net amount of its credit notes.")
    state: InvoiceState
    drafted_at: datetime
    finalize_at: datetime = Field(description="When the clock makes a draft final, unless it is disputed.")
    hold_reason: str | None = Field(description="Why the clock could not, and tries again.")
    number: str | None
    issued_on: date | None
    due_on: date | None
    finalized_at: datetime | None
    entry_id: UUID | None
    voided_at: datetime | None
    void_reason: str | None
    reversal_id: UUID | None


class InvoiceTaxView(Schema):
    name: str
    percent: NonNegativeAmount
    amount: Amount


class InvoiceLineView(Schema):
    """amount = charged − billed."""

    line_number: int
    cost_object_code: str
    cost_object_name: str
    service_id: UUID | None
    item_code: str | None = Field(description="Of the price book; null where the plan charges by cost.")
    item_name: str | None
    charged: Amount = Field(description="What is charged now.")
    billed: Amount = Field(description="What earlier invoices billed of it.")
    amount: Amount
    quantity: Quantity
    unit: str
    corrects_id: UUID | None = Field(description="The invoice that this line corrects.")
    credited: NonNegativeAmount
    charge_id: UUID
    explanation: str = Field(description="Where the charge is explained.")

    @classmethod
    def of(cls, line: InvoiceLine, service_id: UUID | None, credited: Decimal) -> Self:
        return cls(
            line_number=line.line_number,
            cost_object_code=line.cost_object_code,
            cost_object_name=line.cost_object_name,
            service_id=service_id,
            item_code=line.item_code,
            item_name=line.item_name,
            charged=line.charged,
            billed=line.billed,
            amount=line.amount,
            quantity=line.quantity,
            unit=line.unit,
            corrects_id=line.corrects_id,
            credited=Decimal(credited),
            charge_id=line.charge_id,
            explanation=f"/finance/v1/charges/{line.charge_id}/explanation",
        )


class InvoiceView(InvoiceSummary):
    taxes: list[InvoiceTaxView]
    lines: list[InvoiceLineView]
    version: int
