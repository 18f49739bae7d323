"""What callers send and see of cost imports."""

import json
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.imports import RejectedRow
from chassis.money import Amount, Currency
from chassis.text import NO_NUL, Day, Line, Prose, Schema
from finance.cost_import.model import CostView
from finance.cost_source.model import CompletenessState

TagName = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_NUL)]
TagText = Annotated[str, StringConstraints(max_length=1_000, pattern=NO_NUL)]


def _read_tags(value: Any) -> Any:
    """In a file tags are a JSON object; a tag without a value gets an empty text, a number stays as it is written."""
    if not isinstance(value, str):
        return value
    value = f"{{{value}}}" if value.startswith('"') else value  # as some exports write it, without its braces
    try:
        read = json.loads(value, parse_int=str, parse_float=str, parse_constant=str) if len(value) <= 20_000 else None
    except (json.JSONDecodeError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise PydanticCustomError("tags", "tags are a JSON object of at most 20,000 characters")
    words = {True: "true", False: "false", None: ""}
    return {name: words[text] if text is None or isinstance(text, bool) else text for name, text in read.items()}


Tags = Annotated[dict[TagName, TagText], Field(max_length=200), BeforeValidator(_read_tags)]


class CostRow(Schema):
    """A row of cost data. Income is negative, as in the ledger."""

    posted_on: Day
    account: Line | None = None
    cost_object: Line | None = None
    amount: Amount
    currency: Currency
    consumer: Line | None = None
    description: Prose | None = None
    reference: Line | None = None
    tags: Tags = Field(default={})
    other_amount: Amount | None = Field(default=None, description="In the other view: shown, and never posted.")
    charge_category: Line | None = Field(default=None, description="Such as Usage, Purchase, Tax, Credit, Adjustment.")
    charge_class: Line | None = Field(default=None, description="Correction, of a period invoiced before.")
    commitment_status: Line | None = Field(default=None, description="Used or Unused, of a commitment.")
    publisher: Line | None = Field(default=None, description="Who made what was bought, on a marketplace for one.")


class ImportedPeriod(Schema):
    fiscal_period: str
    row_count: int
    base_amount: Amount = Field(description="Sum of its rows in the base currency.")


class CostImportSummary(Schema):
    """`read` = `accepted` + `rejected` + `skipped`; `unassigned` are the accepted ones without a cost object."""

    id: UUID
    source: str
    view: CostView
    period: str
    starts_on: date
    ends_on: date
    base_currency: str
    mapping: str | None
    balancing_account: str
    default_account: str | None
    rates: dict[str, str]
    rules_version: int = Field(description="The version of the assignment rules; 0 when there were none.")
    digest: str = Field(description="SHA-256 of the file as it was sent.")
    read: int
    accepted: int
    rejected: int
    skipped: int
    unassigned: int
    posting_id: UUID | None = Field(description="Null when the ledger needed no change.")
    actor: str
    imported_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None
    withdrawal_posting_id: UUID | None = Field(description="The correction that took its amounts back.")


class WithdrawCostImport(Schema):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=NO_NUL)]
    adjustment: bool = Field(default=False, description="Soft-closed periods take it too.")


class CostImportView(CostImportSummary):
    periods: list[ImportedPeriod]


class CostImportResult(CostImportView):
    changed: bool = Field(description="False when the ledger already said this.")
    rejections: list[RejectedRow] = Field(description="The first 1,000.")
    run_id: UUID = Field(description="Under which its progress was told.")


class CostImportRowView(Schema):
    line: int
    fiscal_period: str
    posted_on: date
    account: str
    cost_object: str
    consumer: str | None
    amount: Amount
    currency: str
    named_cost_object: str | None = Field(description="What the file says.")
    assigned_by: int | None = Field(description="The position of the assignment rule that gave the cost object.")
    reassignment_id: UUID | None = Field(description="Where later rules gave it: of them is `assigned_by`.")
    description: str | None
    reference: str | None
    other_amount: Amount | None = Field(description="In the other view: shown, and never posted.")
    charge_category: str | None
    charge_class: str | None
    commitment_status: str | None
    publisher: str | None
    attributes: dict[str, str] = Field(description="The columns that the mapping keeps, and the tags.")


class ImportedChargeView(Schema):
    """Rows of an import that are alike. Billed and effective amounts are two views of one cost: never add them."""

    charge_category: str | None
    charge_class: str | None
    commitment_status: str | None = Field(description="`Unused` is the part of commitments that nobody used.")
    publisher: str | None
    currency: str
    row_count: int
    billed_amount: Amount | None = Field(description="Null where the file does not say it of all these rows.")
    effective_amount: Amount | None = Field(description="Null where the file does not say it of all these rows.")


class CompletenessView(Schema):
    """The import that stands in a fiscal period of a source; null where there is none. A withdrawn one does not."""

    source: str
    view: CostView
    fiscal_period: str
    state: CompletenessState = Field(description="Of sources that are expected, what was not imported is missing.")
    missing_days: list[date] = Field(max_length=31, description="Of a daily source, before today.")
    cost_import_id: UUID | None
    imported_at: datetime | None
    row_count: int | None = Field(description="Accepted rows in this fiscal period.")
    base_amount: Amount | None = Field(description="Their sum in the base currency.")
    read: int | None = Field(description="Rows of the whole import, as are the next three.")
    accepted: int | None
    rejected: int | None
    skipped: int | None
