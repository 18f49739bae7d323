"""A subscription as finance has heard of it: who uses which service, how much, from when until when."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finance.db import Base


class SubscribedSum(NamedTuple):
    """Of one surviving consumer within one segment: quantity × days, the days with any subscription, and the quantity
    whose first day in the fiscal period lies in the segment (null if none does)."""

    segment: int
    consumer_id: UUID
    cost_object_id: UUID
    quantity_days: Decimal
    days: int
    beginning: Decimal | None


class Subscription(Base):
    """Half-open `[starts_on, ends_on)`. Facts of several services may come in any order, so nothing is referenced."""

    __tablename__ = "subscriptions"
    __table_args__ = (CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(index=True)
    consumer_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    known_sequence: Mapped[int]
