"""What callers send and see of fiscal years and periods."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.money import Amount, Currency
from chassis.text import NO_NUL, Code, Day, Schema
from finance.budget.lines import Control
from finance.fiscal_period.model import PeriodState

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=NO_NUL)]


RATE_SOURCE = "Whose recorded exchange rates hold for amounts that bring none; null: every amount brings its own."
UNBUDGETED = "What happens to spending that no budget line has in its scope."


class BeginFiscalYear(Schema):
    code: Annotated[Code, Field(max_length=32, examples=["2026-27"])]
    starts_on: Day = Field(description="The first day of any month.")
    base_currency: Currency = "CAD"
    rate_source: Code | None = Field(default=None, description=RATE_SOURCE)
    unbudgeted: Control = Field(default=Control.WARN, description=UNBUDGETED)


class SteerFiscalYear(Schema):
    rate_source: Code | None = Field(default=None, description=RATE_SOURCE)
    unbudgeted: Control = Field(default=Control.WARN, description=UNBUDGETED)


class CloseFiscalYear(Schema):
    retained_result: Code = Field(description="The code of the equity account that takes the result.")


class FiscalYearView(Schema):
    id: UUID
    code: str
    starts_on: date
    ends_on: date = Field(description="The first day after the year.")
    base_currency: str
    rate_source: str | None
    unbudgeted: Control
    closed_on: date | None
    closing_entry_id: UUID | None = Field(description="Null for an open year, and for one that had no result to take.")
    version: int


class ReopenFiscalPeriod(Schema):
    to: Literal["open", "soft_closed"] = "open"
    reason: Reason


class FiscalPeriodView(Schema):
    id: UUID
    fiscal_year_id: UUID
    code: str
    starts_on: date
    ends_on: date = Field(description="The first day after the period.")
    state: PeriodState
    closed_on: date | None
    entry_count: int | None = Field(description="Entries at the time of closing.")
    debit_total: Amount | None = Field(description="Debits in base currency at the time of closing.")
    digest: str | None = Field(description="SHA-256 in hex over all entries at the time of closing.")
    version: int


class FiscalPeriodChangeView(Schema):
    id: int
    state: PeriodState
    reason: str
    actor: str
    changed_at: datetime
    digest: str | None


class VerificationView(Schema):
    """`intact`: balances are the sums of their lines, and a closed period has the entries it was closed with."""

    intact: bool
    balances_match: bool
    closed_digest: str | None
    digest: str
    entry_count: int
    debit_total: Amount
