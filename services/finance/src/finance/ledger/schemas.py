"""What callers send and see of journal entries."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.money import Amount, Currency, PositiveAmount
from chassis.pages import Page
from chassis.text import LINE, NO_NUL, Code, Day, Line, Schema
from finance.cost_object.model import CostObjectKind
from finance.ledger.entry import EntryKind

MOST_ENTRIES, MOST_LINES = 10_000, 10_000

Description = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=NO_NUL)]
TagName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=LINE)]


class PostJournalLine(Schema):
    account: Code = Field(description="The code of a leaf account.")
    amount: Amount = Field(description="Debit positive, credit negative; less than 10^15.")
    currency: Currency
    rate: PositiveAmount | None = Field(
        default=None,
        description=(
            "Base currency per unit of `currency`; needed when they differ, unless the rate source of the fiscal year"
            " has recorded it."
        ),
    )
    base_amount: Amount | None = Field(
        default=None,
        description="Amount × rate if left out; else it may differ from that by less than a minor unit.",
    )
    cost_object: Code | None = Field(default=None, description="The code of a cost object.")
    consumer: Code | None = Field(default=None, description="The code of a customer; its survivor if it was merged.")
    tags: dict[TagName, Line] = Field(default_factory=dict, max_length=20)
    dimensions: dict[CostObjectKind, Code] = Field(
        default_factory=dict,
        description=(
            "Codes of other cost objects that the line belongs to, by their kind, such as its project; none of the kind"
            " that `cost_object` has."
        ),
    )


class PostJournalEntry(Schema):
    posted_on: Day = Field(description="The fiscal period is the one that holds this day.")
    description: Description
    source: Code = Field(description="The system or process that the entry comes from.")
    reference: Line = Field(description="What the source calls it: unique within the source.")
    adjustment: bool = Field(default=False, description="Admitted into a soft-closed period too.")
    lines: list[PostJournalLine] = Field(min_length=2, max_length=MOST_LINES)


class ReverseJournalEntry(Schema):
    reason: Description
    posted_on: Day | None = Field(
        default=None,
        description="If left out: the day of the entry, or, when its period is closed, today or the next open period.",
    )
    adjustment: bool = False


class JournalLineView(Schema):
    line_number: int
    account: str
    amount: Amount
    currency: str
    rate: Amount
    base_amount: Amount
    cost_object: str | None
    consumer: str | None
    consumer_id: UUID | None
    tags: dict[str, str]
    dimensions: dict[CostObjectKind, str]


class JournalEntrySummary(Schema):
    id: UUID
    posting_id: UUID
    fiscal_period_id: UUID
    posted_on: date
    description: str
    source: str
    reference: str
    adjustment: bool
    kind: EntryKind
    reversal_of: UUID | None
    line_count: int
    actor: str
    recorded_at: datetime


class JournalEntryView(JournalEntrySummary):
    reversed_by: UUID | None
    corrects_period: str | None = Field(
        description="The period of the entry that it reverses, where that is another one: it was closed."
    )
    lines: list[JournalLineView]


class BatchView(Schema):
    posting_id: UUID | None = Field(description="Null when every entry was in the ledger already.")
    posted: int
    already_posted: int


class AccountBalance(Schema):
    """Debit positive, credit negative."""

    currency: str
    balance: Amount
    base_balance: Amount


class StatementBalance(Schema):
    currency: str
    opening: AccountBalance
    closing: AccountBalance


class StatementLine(Schema):
    entry_id: UUID
    line_number: int
    posted_on: date
    description: str
    source: str
    reference: str
    amount: Amount
    currency: str
    rate: Amount
    base_amount: Amount
    cost_object: str | None
    consumer: str | None


class StatementView(Schema):
    """Opening balances and the lines together are the closing balances."""

    account: str
    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    balances: list[StatementBalance]
    lines: Page[StatementLine]


class LedgerTotal(Schema):
    """Base amounts of the lines of one group: debits and credits without sign, the balance debit positive."""

    group: dict[str, str | None] = Field(description="Dimension → code; null for lines that have none.")
    base_currency: str
    base_debit: Amount
    base_credit: Amount
    base_balance: Amount
