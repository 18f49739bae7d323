"""A demand pattern: how much of a service, or for a need, somebody asks for month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import of_fraction, plain
from chassis.problems import Conflict, Invalid
from strategy.db import Base
from strategy.demand_pattern import events
from strategy.demand_pattern.expectation import LEAST, Expectation, Method, expect, possible

DECIMALS = 6
TOLD_MONTHS = 24


class CodeTaken(Conflict, code="strategy.demand-pattern.code-taken", constraint="uq_demand_patterns_code"):
    """Another demand pattern has this code."""


class DriverTaken(
    Conflict, code="strategy.demand-pattern.driver-taken", constraint="uq_demand_patterns_driver_target_id"
):
    """Another demand pattern gives this driver its quantities for the same customer or service."""


class NotOneSubject(Invalid, code="strategy.demand-pattern.not-one-subject"):
    """A demand pattern is about one service or one need, of at most one customer or one segment."""


class NobodyToDrive(Invalid, code="strategy.demand-pattern.nobody-to-drive"):
    """A driver has quantities of a customer or of a service; a pattern without either gives it none."""


class NotAMonth(Invalid, code="strategy.demand-pattern.not-a-month"):
    """A volume is that of a month that has ended, which is named by its first day."""


class TooShort(Conflict, code="strategy.demand-pattern.too-short"):
    """There are not enough months in a row."""


@dataclass(frozen=True)
class Series:
    """Months in a row without a gap, the last one being the latest that is known."""

    first: date
    quantities: Sequence[Decimal]

    @property
    def values(self) -> list[Fraction]:
        return [Fraction(quantity) for quantity in self.quantities]

    def month(self, at: int) -> date:
        """Counted from the first one, also beyond the end."""
        return later(self.first, at)


def later(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


class DemandVolume(Base):
    """How much was asked for in the month that begins on this day. A month without a row was not counted: not zero."""

    __tablename__ = "demand_volumes"
    __table_args__ = (
        CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),
        CheckConstraint("extract(day from month) = 1", name="month"),
    )

    demand_pattern_id: Mapped[UUID] = mapped_column(ForeignKey("demand_patterns.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    quantity: Mapped[Decimal]


class DemandForecast(Base):
    """What was expected on a day, kept as it was told; `number` counts the forecasts of one pattern."""

    __tablename__ = "demand_forecasts"

    demand_pattern_id: Mapped[UUID] = mapped_column(ForeignKey("demand_patterns.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    made_on: Mapped[date]
    method: Mapped[Method]
    mean_absolute_error: Mapped[Decimal | None]
    naive_error: Mapped[Decimal | None]
    held_out_months: Mapped[int]
    history_starts_on: Mapped[date]
    history_months: Mapped[int]
    volumes: Mapped[list[dict[str, str]]] = mapped_column(JSONB)


class DemandPattern(Aggregate, Base):
    """`target_id` is the customer or service whose quantities of `driver` it gives; null without a driver."""

    __tablename__ = "demand_patterns"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("driver", "target_id"),
        CheckConstraint("num_nonnulls(service_id, need_id) = 1", name="subject"),
        CheckConstraint("num_nonnulls(customer_id, segment_id) <= 1", name="asker"),
        CheckConstraint("num_nonnulls(driver, target_id) <> 1", name="driver"),
    )

    code: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("known_services.id"), index=True)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    segment_id: Mapped[UUID | None] = mapped_column(ForeignKey("segments.id"), index=True)
    driver: Mapped[str | None]
    target_id: Mapped[UUID | None]

    @classmethod
    def define(
        cls,
        *,
        code: str,
        name: str,
        unit: str,
        service_id: UUID | None,
        need_id: UUID | None,
        customer_id: UUID | None,
        segment_id: UUID | None,
        driver: str | None,
    ) -> "DemandPattern":
        if (service_id is None) == (need_id is None) or (customer_id and segment_id):
            raise NotOneSubject("Name a service or a need, and at most a customer or a segment.")
        pattern = cls(code=code, unit=unit, service_id=service_id, need_id=need_id)
        pattern.customer_id, pattern.segment_id = customer_id, segment_id
        pattern.describe(name=name, driver=driver)
        return pattern

    def describe(self, *, name: str, driver: str | None) -> None:
        """Raises NobodyToDrive. Another driver gets its quantities with the next forecast."""
        target = self.customer_id or self.service_id
        if driver and target is None:
            raise NobodyToDrive(f"{self.code} names neither a customer nor a service.")
        self.name, self.driver, self.target_id = name, driver, target if driver else None

    def volume(self, *, month: date, quantity: Decimal, today: date) -> DemandVolume:
        """Raises NotAMonth."""
        must_be_month(month, today=today)
        return DemandVolume(demand_pattern_id=self.id, month=month, quantity=quantity)

    def forecast(self, series: Series, *, number: int, months: int, method: Method | None, on: date) -> DemandForecast:
        """`months` ahead of the series. Raises TooShort when the method needs more than there are."""
        values = series.values
        if not values or (method and not possible(method, values)):
            least = LEAST[method or Method.NAIVE]
            raise TooShort(f"It takes {least} months in a row; there are {len(values)}.", months=len(values))
        expected = expect(values, months, method=method)
        made = self._kept(series, expected, number=number, on=on)
        self._announce(series, made)
        return made

    def _kept(self, series: Series, expected: Expectation, *, number: int, on: date) -> DemandForecast:
        error, naive = (expected.errors.get(method) for method in (expected.method, Method.NAIVE))
        volumes = [
            {"month": str(series.month(len(series.quantities) + at)), "quantity": plain(_told(volume))}
            for at, volume in enumerate(expected.volumes)
        ]
        return DemandForecast(
            demand_pattern_id=self.id,
            number=number,
            made_on=on,
            method=expected.method,
            mean_absolute_error=None if error is None else _told(error),
            naive_error=None if naive is None else _told(naive),
            held_out_months=expected.held_out,
            history_starts_on=series.first,
            history_months=len(series.quantities),
            volumes=volumes,
        )

    def _announce(self, series: Series, made: DemandForecast) -> None:
        counted = list(enumerate(series.quantities))[-TOLD_MONTHS:]
        self.record(
            events.DemandForecast(
                demand_pattern_id=self.id,
                code=self.code,
                name=self.name,
                unit=self.unit,
                service_id=self.service_id,
                need_id=self.need_id,
                customer_id=self.customer_id,
                segment_id=self.segment_id,
                driver=self.driver,
                made_on=made.made_on,
                method=made.method,
                mean_absolute_error=made.mean_absolute_error,
                observed=[events.MonthlyVolume(month=series.month(at), quantity=quantity) for at, quantity in counted],
                expected=[events.MonthlyVolume.model_validate(volume) for volume in made.volumes],
            )
        )


def must_be_month(month: date, *, today: date) -> None:
    """Raises NotAMonth."""
    if month.day != 1 or later(month, 1) > today:
        raise NotAMonth(f"{month} is not the first day of a month that has ended.")


def _told(number: Fraction) -> Decimal:
    return of_fraction(number, DECIMALS)
