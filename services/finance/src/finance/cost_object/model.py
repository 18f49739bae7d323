"""A cost object: what cost is collected for and charged by, most often a service of the portfolio."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from finance.db import Base


class CodeTaken(Conflict, code="finance.cost-object.code-taken", constraint="uq_cost_objects_code"):
    """Another cost object has this code."""


class ServiceTaken(Conflict, code="finance.cost-object.service-taken", constraint="uq_cost_objects_service_id"):
    """Another cost object stands for this service."""


class InitiativeTaken(
    Conflict, code="finance.cost-object.initiative-taken", constraint="uq_cost_objects_initiative_id"
):
    """Another cost object stands for this initiative."""


class ClosedBeforeOpened(Conflict, code="finance.cost-object.closed-before-opened"):
    """A cost object cannot be closed before it was opened."""


class BelowItself(Conflict, code="finance.cost-object.below-itself"):
    """A cost object cannot stand below itself."""


class CostObjectKind(StrEnum):
    SERVICE = "service"
    PROGRAM = "program"
    PROJECT = "project"
    COST_CENTER = "cost_center"
    TOWER = "tower"


class CostObject(Aggregate, Base):
    """`closed_on` is the first day without cost and charges; `known_sequence` the newest fact heard of its service, or
    of its initiative: it stands for at most one of them.

    `parent_id` makes a tree for budgets: a service below its cost center, a project below its program.
    """

    __tablename__ = "cost_objects"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("service_id"),
        UniqueConstraint("initiative_id"),
        CheckConstraint("num_nonnulls(service_id, initiative_id) <= 1", name="stands_for_one"),
    )

    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[CostObjectKind]
    service_id: Mapped[UUID | None]
    initiative_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    chargeable: Mapped[bool]
    known_sequence: Mapped[int]

    @classmethod
    def open(
        cls, *, code: str, name: str, kind: CostObjectKind, opened_on: date, service_id: UUID | None = None
    ) -> "CostObject":
        """Not chargeable until its service is launched or somebody says so."""
        return cls(
            code=code,
            name=name,
            kind=kind,
            service_id=service_id,
            opened_on=opened_on,
            closed_on=None,
            chargeable=False,
            known_sequence=0,
        )

    def describe(self, *, name: str, kind: CostObjectKind, chargeable: bool) -> None:
        self.name, self.kind, self.chargeable = name, kind, chargeable

    def stand_below(self, parent: "CostObject | None", *, above: Collection[UUID]) -> None:
        """`above` are the ids of all that stand above the parent. BelowItself if that would make a loop."""
        if parent and self.id in {parent.id, *above}:
            raise BelowItself(f"{parent.code} is {self.code} or stands below it.")
        self.parent_id = parent.id if parent else None

    @property
    def is_nobodys(self) -> bool:
        """It stands neither for a service nor for an initiative."""
        return self.service_id is None and self.initiative_id is None

    def hear(self, *, service_id: UUID, sequence: int) -> bool:
        """Whether a fact of its service is newer than all heard before; from now on it stands for that service."""
        if sequence <= self.known_sequence:
            return False
        self.service_id, self.known_sequence = service_id, sequence
        return True

    def follow(self, *, initiative_id: UUID, sequence: int) -> bool:
        """As `hear`, for an initiative."""
        if sequence <= self.known_sequence:
            return False
        self.initiative_id, self.known_sequence = initiative_id, sequence
        return True

    def rename(self, *, code: str, name: str) -> None:
        self.code, self.name = code, name

    def allow_charging(self) -> None:
        self.chargeable = True

    def end(self, *, on: date) -> None:
        """Its service or initiative ended, be it earlier than the day it was opened here."""
        self.opened_on, self.closed_on = min(self.opened_on, on), on

    def last(self, *, opened_on: date, closed_on: date | None) -> None:
        """From `closed_on`, cost and charges are refused; null lets it go on."""
        if closed_on and closed_on < opened_on:
            raise ClosedBeforeOpened(f"{self.code} opens on {opened_on}, after {closed_on}.")
        self.opened_on, self.closed_on = opened_on, closed_on
