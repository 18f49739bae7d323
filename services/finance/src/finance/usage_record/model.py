"""A usage record: how much of a meter one consumer used of a cost object on a day, as a source counted it."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import uuid7
from chassis.problems import Conflict, Invalid
from finance.db import Base


class RecordTaken(Conflict, code="finance.usage-record.record-taken"):
    """The source has recorded something else under this id."""


class UnknownReference(Invalid, code="finance.usage-record.unknown-reference"):
    """The record names a consumer, a cost object, a fiscal period or a record to correct that does not exist."""


class CorrectionRefused(Conflict, code="finance.usage-record.correction-refused"):
    """A correction takes back at most what a record of the same use says, on its day or later."""


class UsageSum(NamedTuple):
    """Of one surviving consumer within one segment; `ended` is what was used from the cost object's end on."""

    segment: int
    consumer_id: UUID
    cost_object_id: UUID
    meter: str
    ended: bool
    quantity: Decimal
    records: int


class UsageRecord(Base):
    """Never changed: `corrects_id` names the record of which a negative quantity takes something back."""

    __tablename__ = "usage_records"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(
            "quantity <> 'NaN' AND (quantity >= 0) = (corrects_id IS NULL)",
            name="quantity",
        ),
        Index("ix_usage_records_cost_object_id_used_on", "cost_object_id", "used_on"),
        Index("ix_usage_records_consumer_id_used_on", "consumer_id", "used_on"),
        Index("ix_usage_records_used_on", "used_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    source: Mapped[str]
    external_id: Mapped[str]
    consumer_id: Mapped[UUID] = mapped_column(ForeignKey("consumers.id"))
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"))
    meter: Mapped[str]
    quantity: Mapped[Decimal]
    used_on: Mapped[date]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("usage_records.id"), index=True)
    recorded_at: Mapped[datetime]
