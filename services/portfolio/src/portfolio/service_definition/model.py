"""A definition of a service: one version of what is said of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.service.described import Described, budget_checks
from portfolio.service.gates import Act


class NotADraft(Conflict, code="portfolio.service-definition.not-a-draft"):
    """A definition that is or was active never changes."""


class Outdated(Conflict, code="portfolio.service-definition.outdated"):
    """The service has been defined anew since the draft was written; look at it again and change the draft."""


class DefinitionStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


class ServiceDefinition(Described, Aggregate, Base):
    """Numbered when it becomes active; a draft has no number, and `based_on` that of the one which it is to supersede.

    The active one is that whose number the service itself carries, so that there is always exactly one.
    """

    __tablename__ = "service_definitions"
    __table_args__ = (
        UniqueConstraint("service_id", "number"),
        CheckConstraint("(number IS NULL) = (active_from IS NULL)", name="number"),
        *budget_checks(),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), index=True)
    number: Mapped[int | None]
    based_on: Mapped[int]
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[str]
    active_from: Mapped[datetime | None]
    activated_by: Mapped[str | None]
    reason: Mapped[str | None]

    @classmethod
    def draft(cls, *, service_id: UUID, based_on: int, at: datetime, by: str, **said: Any) -> "ServiceDefinition":
        """`said` is what `say` takes."""
        made = cls(service_id=service_id, number=None)
        made.redraft(based_on=based_on, at=at, by=by, **said)
        return made

    @classmethod
    def stated(cls, act: Act, *, number: int, active_from: datetime, **said: Any) -> "ServiceDefinition":
        """One that was said at once, without a draft before it."""
        made = cls(number=None)
        made.redraft(based_on=number - 1, at=act.at, by=act.by, **said)
        made.activate(act, number=number, active_from=active_from)
        return made

    def redraft(self, *, based_on: int, at: datetime, by: str, **said: Any) -> None:
        """Whoever changes a draft has looked at the definition that is active now."""
        self.still_a_draft()
        self.say(**said)
        self.based_on, self.drafted_at, self.drafted_by = based_on, at, by

    def activate(self, act: Act, *, number: int, active_from: datetime) -> None:
        self.still_a_draft()
        if self.based_on != number - 1:
            raise Outdated(f"The draft was to supersede number {self.based_on}; active is {number - 1}.")
        self.number, self.active_from, self.activated_by, self.reason = number, active_from, act.by, act.reason

    def still_a_draft(self) -> None:
        if self.number is not None:
            raise NotADraft(f"It was activated as number {self.number}.")
