"""What callers send and see of revaluations."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount
from chassis.text import Code, Day, Schema


class Revalue(Schema):
    as_of: Day = Field(description="A day of an open period; the entry is posted on it.")
    rate_source: Code
    gain_or_loss: Code = Field(description="The code of the account of income or expense that takes the differences.")


class DifferenceView(Schema):
    """One account in one currency; debit positive, credit negative."""

    account: str
    currency: str
    balance: Amount
    base_balance: Amount = Field(description="What the books said that it is worth, in base currency.")
    rate: Amount
    revalued: Amount
    difference: Amount


class RevaluationView(Schema):
    id: UUID
    as_of: date
    rate_source: str
    gain_or_loss: str
    base_currency: str
    differences: list[DifferenceView]
    total: Amount = Field(description="The gain in base currency; a loss is negative.")
    entry_id: UUID | None = Field(description="Null when nothing differed.")
    actor: str
    revalued_at: datetime
