"""What callers send and see of disputes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.text import NO_NUL, Day, Schema
from finance.credit_note.schemas import CreditLine, LineNumber
from finance.dispute.model import DisputeState

Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=NO_NUL)]


class OpenDispute(Schema):
    reason: Words
    line_numbers: list[LineNumber] = Field(
        default=[], max_length=1_000, description="The disputed lines; none for the whole invoice."
    )


class ResolveDispute(Schema):
    """An upheld dispute of a final invoice ends in a credit note over `credits`; of a draft, which then is recomputed
    from its current charges, it ends without."""

    upheld: bool
    words: Words
    credits: list[CreditLine] = Field(default=[], max_length=1_000)
    posted_on: Day | None = Field(default=None, description="When the ledger counts the credit note.")


class DisputeView(Schema):
    id: UUID
    invoice_id: UUID
    consumer_id: UUID
    line_numbers: list[int]
    reason: str
    state: DisputeState
    opened_by: str
    opened_at: datetime
    words: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    credit_note_id: UUID | None
    version: int
