"""A measurement: what a service level came to in one period, or that nobody measured it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import uuid7
from chassis.money import EXACT, round_to
from portfolio.db import Base
from portfolio.service_level.terms import SHARES, Metric

DECIMALS = 12
CALCULATED = "steward:outages"
"""The source of what is calculated from outages; nobody else can name it."""


class Unmeasurable(ValueError):
    """The figures do not make a measurement of this service level; `field` is the one that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class Measurement(Base):
    """`value` is in the unit of the service level; null says that it was not measured, which is not zero.

    `volume_met` of `volume` cases met the target, where the value is such a share. There is one measurement of a level
    per source and first day; `revision` counts how often its figures were stated, and the newest are here.
    """

    __tablename__ = "measurements"
    __table_args__ = (
        UniqueConstraint("service_level_id", "source", "period_starts_on"),
        Index("ix_measurements_period_starts_on", "period_starts_on"),
        CheckConstraint("value >= 0 AND value <> 'NaN'", name="value"),
        CheckConstraint("volume_met >= 0 AND volume_met <= volume AND volume <> 'NaN'", name="volumes"),
        CheckConstraint("period_ends_on > period_starts_on", name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    service_level_id: Mapped[UUID] = mapped_column(ForeignKey("service_levels.id"))
    source: Mapped[str]
    period_starts_on: Mapped[date]
    period_ends_on: Mapped[date]
    value: Mapped[Decimal | None]
    volume_met: Mapped[Decimal | None]
    volume: Mapped[Decimal | None]
    revision: Mapped[int]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class SupersededMeasurement(Base):
    """What a measurement said before it was corrected; the database writes it with the correction."""

    __tablename__ = "superseded_measurements"

    measurement_id: Mapped[UUID] = mapped_column(ForeignKey("measurements.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_ends_on: Mapped[date]
    value: Mapped[Decimal | None]
    volume_met: Mapped[Decimal | None]
    volume: Mapped[Decimal | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


def value_in(
    unit: str, metric: Metric, *, value: Decimal | None, volume_met: Decimal | None, volume: Decimal | None
) -> Decimal | None:
    """The value in the unit of its service level; None when nothing was measured. Raises Unmeasurable.

    A share is `volume_met` / `volume`, to twelve decimals, and in percent a hundred times that; of no cases it is not
    measured.
    """
    if value is not None and volume_met is not None:
        raise Unmeasurable("value", "give the value or the volumes, not both")
    if volume_met is not None:
        value = _share(unit, volume_met, volume)
    whole = SHARES.get(unit)
    if value is not None and whole is not None and value > whole and metric is not Metric.THROUGHPUT:
        raise Unmeasurable("value", f"the service level is promised in {unit}: its value is at most {whole}")
    return value


def _share(unit: str, volume_met: Decimal, volume: Decimal | None) -> Decimal | None:
    if volume is None:
        raise Unmeasurable("volume", "give the total volume beside the volume that met the target")
    if volume_met > volume:
        raise Unmeasurable("volume_met", f"{volume_met} of {volume} cases cannot have met the target")
    if unit not in SHARES:
        raise Unmeasurable("volume_met", f"volumes give a share, and the service level is promised in {unit}")
    return round_to(EXACT.multiply(SHARES[unit], volume_met) / volume, DECIMALS).normalize() if volume else None
