"""What callers send and see of usage records."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount, DecimalString
from chassis.text import Code, Day, Line, Schema

# Small enough that the sum of a hundred million of them still fits into a quantity.
UsedQuantity = Annotated[
    Decimal,
    DecimalString(
        r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$",
        'write the quantity as a string such as "12.5": at most 12 digits, then at most 12 decimals',
    ),
]


class Used(Schema):
    source: Code
    external_id: Line = Field(
        description="The id that the source gives it: sent again, it is the record that is there."
    )
    cost_object: Code
    meter: Code = Field(description="What is counted, as price items name it.")
    quantity: UsedQuantity = Field(description="Below zero only to correct another record.")
    used_on: Day
    corrects: Line | None = Field(default=None, description="The external id of a record of the same source.")

    @model_validator(mode="after")
    def only_corrections_are_negative(self) -> Self:
        if (self.quantity < 0) != (self.corrects is not None):
            raise ValueError("a quantity is below zero when it corrects another record, and only then")
        return self


class RecordUsage(Used):
    consumer_id: UUID


class UsageRow(Used):
    """A row of a file of usage; its consumer by code or by name."""

    consumer: Line


class UsageRecordView(Schema):
    id: UUID
    source: str
    external_id: str
    consumer_id: UUID
    cost_object_code: str
    meter: str
    quantity: UsedQuantity
    used_on: date
    corrects_id: UUID | None
    recorded_at: datetime


class UsageTotalView(Schema):
    """Of a consumer, with those merged into it, over one fiscal period."""

    starts_on: date
    ends_on: date
    consumer_id: UUID
    consumer_name: str
    cost_object_code: str
    meter: str
    quantity: Amount
    records: int
