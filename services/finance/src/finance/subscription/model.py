"""A subscription as finance has heard of it: who uses which service, how much, from when until when."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finance.db import Base


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
