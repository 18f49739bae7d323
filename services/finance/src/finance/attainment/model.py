"""An attainment as finance has heard of it: what the promises of a service came to in one window that is over."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finance.db import Base


class Attainment(Base):
    """Of the service levels that are measured over such a `window` (day, week, month, quarter or year): what all of
    them weigh, those that were measured, and those that were met. `number` counts what was said of this window."""

    __tablename__ = "attainments"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="span"),
        CheckConstraint(
            "weight_met >= 0 AND weight_met <= weight_measured AND weight_measured <= weight AND weight <> 'NaN'",
            name="weights",
        ),
    )

    service_id: Mapped[UUID] = mapped_column(primary_key=True)
    window: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    number: Mapped[int]
    weight: Mapped[Decimal]
    weight_measured: Mapped[Decimal]
    weight_met: Mapped[Decimal]
