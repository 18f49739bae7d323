"""A driver: a measured quantity, such as headcount, by which cost is shared among cost objects or consumers."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, NotFound
from finance.db import Base


class CodeTaken(Conflict, code="finance.driver.code-taken", constraint="uq_drivers_code"):
    """Another driver has this code."""


class UnknownDriver(NotFound, code="finance.driver.unknown"):
    """There is no driver with this code."""


class TargetKind(StrEnum):
    COST_OBJECT = "cost_object"
    CONSUMER = "consumer"


class DriverKind(StrEnum):
    """A level (headcount) holds until the next quantity; a flow (kilowatt hours) counts on the day it is dated."""

    LEVEL = "level"
    FLOW = "flow"


class Quantity(NamedTuple):
    """How much one target has, in the unit of a driver."""

    target_id: UUID
    code: str
    name: str
    quantity: Decimal


class Driver(Aggregate, Base):
    __tablename__ = "drivers"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    kind: Mapped[DriverKind]

    @classmethod
    def define(cls, *, code: str, name: str, unit: str, kind: DriverKind) -> "Driver":
        return cls(code=code, name=name, unit=unit, kind=kind)

    def describe(self, *, name: str, unit: str) -> None:
        self.name, self.unit = name, unit


class DriverQuantity(Base):
    """Of a level: holds from `valid_from` until the next one of the same target; of a flow: counts on that day.

    Its target may be a consumer not yet heard of.
    """

    __tablename__ = "driver_quantities"
    __table_args__ = (CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),)

    driver_id: Mapped[UUID] = mapped_column(ForeignKey("drivers.id"), primary_key=True)
    target_id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    target_kind: Mapped[TargetKind]
    quantity: Mapped[Decimal]
