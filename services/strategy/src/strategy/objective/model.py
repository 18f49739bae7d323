"""An objective: what is to be reached, in which perspective, by whom, until when, within a tree of objectives."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class CodeTaken(Conflict, code="strategy.objective.code-taken", constraint="uq_objectives_code"):
    """Another objective has this code."""


class WithinItself(Conflict, code="strategy.objective.within-itself"):
    """An objective cannot lie within itself."""


class EndsBeforeItStarts(Invalid, code="strategy.objective.ends-before-it-starts"):
    """An objective ends after the day on which it starts."""


class Objective(Aggregate, Base):
    """In force on the days of `[starts_on, ends_on)`. A weight of zero is that of a heading: it only groups others."""

    __tablename__ = "objectives"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("weight >= 0 AND weight <> 'NaN'", name="weight"),
        CheckConstraint("ends_on > starts_on", name="range"),
    )

    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    perspective: Mapped[str] = mapped_column(index=True)
    owner: Mapped[str]
    weight: Mapped[Decimal]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("objectives.id"), index=True)

    @classmethod
    def set_out(cls, *, code: str, parent_id: UUID | None, **said: Any) -> "Objective":
        objective = cls(code=code, parent_id=parent_id)
        objective.describe(**said)
        return objective

    def describe(
        self,
        *,
        name: str,
        description: str,
        perspective: str,
        owner: str,
        weight: Decimal,
        starts_on: date,
        ends_on: date | None,
    ) -> None:
        if ends_on and ends_on <= starts_on:
            raise EndsBeforeItStarts(f"{ends_on} is not after {starts_on}.")
        self.name, self.description, self.perspective, self.owner = name, description, perspective, owner
        self.weight, self.starts_on, self.ends_on = weight, starts_on, ends_on

    def move(self, *, under: UUID | None, ancestors_of_target: Collection[UUID]) -> None:
        """`ancestors_of_target` are the ids from `under` up to the root, `under` among them."""
        if self.id in ancestors_of_target:
            raise WithinItself(f"{self.code} cannot move below itself.")
        self.parent_id = under
