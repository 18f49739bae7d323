"""The readiness gate: what must be shown before an initiative is executed, or waived by somebody with that right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from strategy.db import Base

MOST = 100
CONDITION = "uq_readiness_conditions_initiative_id_name"


class ConditionNamed(Conflict, code="strategy.readiness-condition.name-taken", constraint=CONDITION):
    """Another readiness condition of this initiative has this name."""


class TooManyConditions(Conflict, code="strategy.readiness-condition.too-many"):
    """An initiative has at most 100 readiness conditions."""


class AlreadyMet(Conflict, code="strategy.readiness-condition.already-met"):
    """What is met needs no waiver."""


class NotMandatory(Conflict, code="strategy.readiness-condition.not-mandatory"):
    """Only a mandatory condition stands in the way, and needs a waiver."""


@dataclass(frozen=True)
class Blocker:
    """One thing that stands before execution, and where it can be looked at."""

    name: str
    sentence: str
    link: str


class ReadinessCondition(Aggregate, Base):
    """Met while it has evidence. A mandatory one never becomes optional, nor goes away: it can be waived."""

    __tablename__ = "readiness_conditions"
    __table_args__ = (
        UniqueConstraint("initiative_id", "name"),
        CheckConstraint("num_nonnulls(evidence, met_by, met_at) IN (0, 3)", name="met"),
        CheckConstraint("num_nonnulls(waiver_reason, waived_by, waived_at) IN (0, 3)", name="waived"),
    )

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"))
    name: Mapped[str]
    mandatory: Mapped[bool]
    evidence: Mapped[str | None]
    met_by: Mapped[str | None]
    met_at: Mapped[datetime | None]
    waiver_reason: Mapped[str | None]
    waived_by: Mapped[str | None]
    waived_at: Mapped[datetime | None]

    @property
    def is_satisfied(self) -> bool:
        return self.evidence is not None or self.waived_by is not None

    def meet(self, *, evidence: str, by: str, at: datetime) -> None:
        """What was waived and is shown after all needs its waiver no more."""
        self.evidence, self.met_by, self.met_at = evidence, by, at
        self.waiver_reason, self.waived_by, self.waived_at = None, None, None

    def retract(self) -> None:
        """The evidence turned out to be none. A waiver ends with it."""
        self.evidence, self.met_by, self.met_at = None, None, None
        self.waiver_reason, self.waived_by, self.waived_at = None, None, None

    def waive(self, *, reason: str, by: str, at: datetime) -> None:
        if not self.mandatory:
            raise NotMandatory(f"“{self.name}” is optional.")
        if self.evidence is not None:
            raise AlreadyMet(f"“{self.name}” was met by {self.met_by}.")
        self.waiver_reason, self.waived_by, self.waived_at = reason, by, at


def blockers(conditions: Sequence[ReadinessCondition]) -> list[Blocker]:
    """Every mandatory one that is neither met nor waived; and a gate without any mandatory one is none."""
    mandatory = [condition for condition in conditions if condition.mandatory]
    if not mandatory:
        sentence = "It has no mandatory readiness condition; it takes at least one."
        return [Blocker("no mandatory condition", sentence, "/v1/readiness-conditions")]
    return [
        Blocker(it.name, f"“{it.name}” is neither met nor waived.", f"/v1/readiness-conditions/{it.id}")
        for it in sorted(mandatory, key=lambda condition: condition.name)
        if not it.is_satisfied
    ]


def waived(conditions: Iterable[ReadinessCondition]) -> list[str]:
    return sorted(condition.name for condition in conditions if condition.waived_by is not None)
