"""The rows of what was issued in a range, read and written one after another: memory stays flat."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.cells import harmless
from chassis.money import plain
from finance.charge_plan.model import ChargeMode
from finance.credit_note.model import CreditNote, CreditNoteLine, CreditNoteTax
from finance.focus_charge import row
from finance.focus_charge.row import COLUMNS, Billed
from finance.invoice.model import Invoice, InvoiceLine, InvoiceState, InvoiceTax

AT_A_TIME = 500

Row: TypeAlias = dict[str, Any]


async def rows(session: AsyncSession, starts_on: date, ends_on: date) -> AsyncIterator[Row]:
    """Lines and taxes of final invoices issued in `[starts_on, ends_on)`, then those of credit notes."""
    issued = [Invoice.issued_on >= starts_on, Invoice.issued_on < ends_on, *_OF_INVOICES]
    noted = [CreditNote.issued_on >= starts_on, CreditNote.issued_on < ends_on, *_OF_INVOICES]
    for query, read in (
        (_invoiced(InvoiceLine).where(*issued).order_by(*_BY_NUMBER, InvoiceLine.line_number), _usage),
        (_invoiced(InvoiceTax).where(*issued).order_by(*_BY_NUMBER, InvoiceTax.name), _tax),
        (_credited_lines().where(*noted).order_by(*_BY_NOTE, CreditNoteLine.line_number), _credit),
        (_credited_taxes().where(*noted).order_by(*_BY_NOTE, CreditNoteTax.name), _credited_tax),
    ):
        found = await session.stream(query.execution_options(yield_per=AT_A_TIME))
        async for each in found:
            yield read(Billed(*each[-10:]), *each[:-10])


_OF_INVOICES: list[ColumnElement[bool]] = [Invoice.state == InvoiceState.FINAL, Invoice.mode == ChargeMode.CHARGEBACK]
_BY_NUMBER, _BY_NOTE = (Invoice.issued_on, Invoice.number), (CreditNote.issued_on, CreditNote.number)
_BILLED = (
    Invoice.profile_id,
    Invoice.account_name,
    Invoice.issuer_name,
    Invoice.consumer_id,
    Invoice.consumer_name,
    Invoice.starts_on,
    Invoice.ends_on,
    Invoice.currency,
)


def _invoiced(part: type[InvoiceLine] | type[InvoiceTax]) -> Select[*tuple[Any, ...]]:
    query = select(part, Invoice.number, Invoice.issued_on, *_BILLED)
    return query.join_from(part, Invoice, Invoice.id == part.invoice_id)


def _credited_lines() -> Select[*tuple[Any, ...]]:
    return (
        select(CreditNoteLine, InvoiceLine, CreditNote.reason, CreditNote.number, CreditNote.issued_on, *_BILLED)
        .join_from(CreditNoteLine, CreditNote, CreditNote.id == CreditNoteLine.credit_note_id)
        .join(Invoice, Invoice.id == CreditNote.invoice_id)
        .join(
            InvoiceLine,
            (InvoiceLine.invoice_id == Invoice.id) & (InvoiceLine.line_number == CreditNoteLine.line_number),
        )
    )


def _credited_taxes() -> Select[*tuple[Any, ...]]:
    return (
        select(CreditNoteTax, CreditNote.number, CreditNote.issued_on, *_BILLED)
        .join_from(CreditNoteTax, CreditNote, CreditNote.id == CreditNoteTax.credit_note_id)
        .join(Invoice, Invoice.id == CreditNote.invoice_id)
    )


def _usage(document: Billed, line: InvoiceLine) -> Row:
    return row.usage(
        document,
        sku=_sku(line),
        service=line.cost_object_name,
        item=line.item_name,
        amount=line.amount,
        quantity=line.quantity,
        unit=line.unit,
        is_correction=line.corrects_id is not None,
    )


def _sku(line: InvoiceLine) -> str:
    return f"{line.cost_object_code}/{line.item_code}" if line.item_code else line.cost_object_code


def _tax(document: Billed, tax: InvoiceTax) -> Row:
    return row.tax(document, name=tax.name, percent=tax.percent, amount=tax.amount)


def _credit(document: Billed, credited: CreditNoteLine, line: InvoiceLine, reason: str) -> Row:
    return row.credit(document, sku=_sku(line), service=line.cost_object_name, amount=credited.amount, reason=reason)


def _credited_tax(document: Billed, tax: CreditNoteTax) -> Row:
    return row.tax(document, name=tax.name, percent=tax.percent, amount=tax.amount.copy_negate())


def as_csv(starts_on: date, ends_on: date) -> Callable[[AsyncSession], AsyncIterator[str]]:
    """A header, then a line per row; nothing is an empty cell, and no text is a formula."""

    async def write(session: AsyncSession) -> AsyncIterator[str]:
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(COLUMNS)
        async for each in rows(session, starts_on, ends_on):
            table.writerow([harmless(each[column]) for column in COLUMNS])
            if text.tell() > 64_000:
                yield text.getvalue()
                text.seek(0)
                text.truncate()
        yield text.getvalue()

    return write


def as_ndjson(starts_on: date, ends_on: date) -> Callable[[AsyncSession], AsyncIterator[str]]:
    """A JSON object per row, amounts as strings."""

    async def write(session: AsyncSession) -> AsyncIterator[str]:
        async for each in rows(session, starts_on, ends_on):
            yield (
                json.dumps(each, default=lambda value: plain(value) if hasattr(value, "is_nan") else str(value)) + "\n"
            )

    return write
