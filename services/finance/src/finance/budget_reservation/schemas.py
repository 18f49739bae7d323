"""What callers send and see of budget reservations."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, PositiveAmount
from chassis.text import Code, Day, Line, Prose, Schema
from finance.budget_reservation.model import Stage
from finance.ledger.schemas import JournalEntryView, PostJournalEntry


class ReserveBudget(Schema):
    source: Code = Field(description="The system that reserves.")
    reference: Line = Field(description="What the source calls it: unique within the source.")
    description: Prose = ""
    kind: Literal["request", "commitment"] = "request"
    reserved_on: Day = Field(description="The day that it is for: the budgets of its fiscal year are used.")
    cost_object: Code
    nature: Line | None = None
    amount: PositiveAmount
    currency: Currency


class SpendReservation(Schema):
    entry: PostJournalEntry = Field(description="Posted to the ledger in the same transaction.")
    amount: PositiveAmount | None = Field(
        default=None, description="How much of what is open this settles, in base currency; all of it if left out."
    )


class BudgetReservationView(Schema):
    id: UUID
    source: str
    reference: str
    description: str
    reserved_on: date
    nature: str | None
    amount: Amount
    currency: str
    base_amount: Amount
    base_currency: str
    budget_id: UUID | None
    line: str | None = Field(description="Null when no line has this scope.")
    stage: Stage
    open_amount: Amount = Field(description="In base currency, as the amounts that follow.")
    spent: Amount
    released: Amount
    warnings: list[str] = Field(description="Lines that it overdraws; `unbudgeted` when no line has its scope.")
    version: int


class SpentReservationView(Schema):
    reservation: BudgetReservationView
    entry: JournalEntryView
