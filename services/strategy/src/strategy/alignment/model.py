"""An alignment: for some time an objective is served by a service, an offering or an initiative, more or less."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.alignment.events import ObjectiveAligned
from strategy.db import Base


class NotOneTarget(Invalid, code="strategy.alignment.not-one-target"):
    """An objective is aligned with one service, one offering or one initiative at a time."""


class EndsBeforeItStarts(Invalid, code="strategy.alignment.ends-before-it-starts"):
    """An alignment ends after the day on which it starts."""


class Overlaps(Conflict, code="strategy.alignment.overlaps"):
    """Both are aligned on some of these days already."""


class Retired(Conflict, code="strategy.alignment.retired"):
    """A retired service serves no objective any more."""


class Alignment(Aggregate, Base):
    """Holds on the days of `[starts_on, ends_on)`; strength from 0 to 1."""

    __tablename__ = "alignments"
    __table_args__ = (
        CheckConstraint("num_nonnulls(service_id, offering_id, initiative_id) = 1", name="one_target"),
        CheckConstraint("strength BETWEEN 0 AND 1", name="strength"),
        CheckConstraint("ends_on > starts_on", name="range"),
    )

    objective_id: Mapped[UUID] = mapped_column(ForeignKey("objectives.id"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("known_services.id"), index=True)
    offering_id: Mapped[UUID | None] = mapped_column(ForeignKey("offerings.id"), index=True)
    initiative_id: Mapped[UUID | None] = mapped_column(ForeignKey("initiatives.id"), index=True)
    strength: Mapped[Decimal]
    note: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    @classmethod
    def link(
        cls,
        *,
        objective_id: UUID,
        service_id: UUID | None,
        offering_id: UUID | None,
        initiative_id: UUID | None,
        starts_on: date,
        strength: Decimal,
        ends_on: date | None,
        note: str,
    ) -> "Alignment":
        if sum(id is not None for id in (service_id, offering_id, initiative_id)) != 1:
            raise NotOneTarget("Name either the service, the offering or the initiative.")
        alignment = cls(objective_id=objective_id, service_id=service_id, offering_id=offering_id)
        alignment.initiative_id, alignment.starts_on = initiative_id, starts_on
        alignment.judge(strength=strength, ends_on=ends_on, note=note)
        return alignment

    def judge(self, *, strength: Decimal, ends_on: date | None, note: str) -> None:
        """Corrects what was said. What becomes stronger or weaker on a day ends on it and begins anew."""
        if ends_on and ends_on <= self.starts_on:
            raise EndsBeforeItStarts(f"{ends_on} is not after {self.starts_on}.")
        self.strength, self.ends_on, self.note = strength, ends_on, note


class ServiceAlignment(Aggregate, Base):
    """How well a service is aligned, as it was announced last; null: not any more."""

    __tablename__ = "service_alignments"
    __table_args__ = (UniqueConstraint("service_id"), CheckConstraint("score BETWEEN 0 AND 1", name="score"))

    service_id: Mapped[UUID] = mapped_column(ForeignKey("known_services.id"))
    score: Mapped[Decimal | None]

    def change(self, score: Decimal | None, *, objectives: int, on: date) -> None:
        self.score = score
        self.record(ObjectiveAligned(service_id=self.service_id, score=score, objectives=objectives, as_of=on))
