"""A measure of an objective, and what was read of it: from a baseline to a target, one way or the other."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class NameTaken(Conflict, code="strategy.measure.name-taken", constraint="uq_measures_objective_id_name"):
    """Another measure of this objective has this name."""


class NothingToReach(Invalid, code="strategy.measure.nothing-to-reach"):
    """The target of a measure is another value than its baseline."""


class OtherDirection(Invalid, code="strategy.measure.other-direction"):
    """The target lies in the other direction than the one that the measure states."""


class TooMany(Conflict, code="strategy.measure.too-many"):
    """An objective has at most 100 measures."""


class InTheFuture(Invalid, code="strategy.measure.in-the-future"):
    """A measure is read today or before."""


MOST = 100


class Direction(StrEnum):
    INCREASE = "increase"
    DECREASE = "decrease"


class Measure(Aggregate, Base):
    """Values are in `unit`; the weight is that within its objective."""

    __tablename__ = "measures"
    __table_args__ = (
        UniqueConstraint("objective_id", "name"),
        CheckConstraint("baseline <> 'NaN' AND target <> 'NaN' AND target <> baseline", name="target"),
        CheckConstraint("(direction = 'increase') = (target > baseline)", name="way"),
        CheckConstraint("weight > 0 AND weight <> 'NaN'", name="weight"),
    )

    objective_id: Mapped[UUID] = mapped_column(ForeignKey("objectives.id"))
    name: Mapped[str]
    unit: Mapped[str]
    direction: Mapped[Direction]
    baseline: Mapped[Decimal]
    target: Mapped[Decimal]
    weight: Mapped[Decimal]

    @classmethod
    def define(cls, *, objective_id: UUID, **said: Any) -> "Measure":
        measure = cls(objective_id=objective_id)
        measure.change(**said)
        return measure

    def change(
        self, *, name: str, unit: str, direction: Direction, baseline: Decimal, target: Decimal, weight: Decimal
    ) -> None:
        """Also what was read before counts against the new baseline and target."""
        if target == baseline:
            raise NothingToReach("The target equals the baseline: there is no way from the one to the other.")
        if (target > baseline) != (direction is Direction.INCREASE):
            raise OtherDirection(f"From {baseline} to {target} is no {direction}.")
        self.name, self.unit, self.direction = name, unit, direction
        self.baseline, self.target, self.weight = baseline, target, weight

    def read(
        self, value: Decimal, *, on: date, source: str, by: str, at: datetime, before: "Reading | None"
    ) -> "Reading":
        """`before` is the current reading of that day and source: the same again is that one, another corrects it."""
        if on > at.date():
            raise InTheFuture(f"{on} has not come yet.")
        if before and before.value == value:
            return before
        return Reading(
            measure_id=self.id,
            read_on=on,
            source=source,
            revision=before.revision + 1 if before else 1,
            value=value,
            recorded_by=by,
            recorded_at=at,
        )


class Reading(Base):
    """What a source says of a day. Corrections have higher revisions; those before stay."""

    __tablename__ = "readings"
    __table_args__ = (CheckConstraint("value <> 'NaN'", name="value"),)

    measure_id: Mapped[UUID] = mapped_column(ForeignKey("measures.id"), primary_key=True)
    read_on: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[Decimal]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
