"""An exchange rate as a source has published it. A corrected one is recorded beside it, and the newest counts."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Conflict
from finance.db import Base


class RateUnknown(Conflict, code="finance.exchange-rate.unknown"):
    """The source has no rate for this pair of currencies on that day or in the 31 days before it."""


class ExchangeRate(Base):
    """`rate` is what one unit of `from_currency` costs in `to_currency`."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        CheckConstraint("rate > 0 AND rate <> 'NaN'", name="rate"),
        CheckConstraint("from_currency <> to_currency", name="two_currencies"),
        # The newest of a pair on or before a day is one step into this index.
        Index("ix_exchange_rates_newest", "source", "from_currency", "to_currency", "rate_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    from_currency: Mapped[str]
    to_currency: Mapped[str]
    rate_on: Mapped[date]
    rate: Mapped[Decimal]
    actor: Mapped[str]
    recorded_at: Mapped[datetime]
