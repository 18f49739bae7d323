"""An initiative: work that serves objectives, from its draft to its end, with the gate before its execution."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from strategy.db import Base
from strategy.initiative import events
from strategy.initiative.lifecycle import ENDED, GATED, LIFECYCLE, InitiativeStatus, Step
from strategy.initiative.readiness import Blocker, ReadinessCondition, blockers, waived


class CodeTaken(Conflict, code="strategy.initiative.code-taken", constraint="uq_initiatives_code"):
    """Another initiative has this code."""


class WrongStatus(Conflict, code="strategy.initiative.wrong-status"):
    """The initiative is at another point of its life."""


class NotReady(Conflict, code="strategy.initiative.not-ready"):
    """Something stands before execution; `blockers` lists each condition and each initiative that it waits for."""


class Ended(Conflict, code="strategy.initiative.ended"):
    """A completed or cancelled initiative stays as it is."""


@dataclass(frozen=True)
class Act:
    """Who takes a step, when, and why."""

    by: str
    at: datetime
    reason: str


class InitiativeStep(Base):
    """A step of the life of an initiative that was taken."""

    __tablename__ = "initiative_steps"

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    left: Mapped[InitiativeStatus]
    reached: Mapped[InitiativeStatus]
    reason: Mapped[str]
    taken_by: Mapped[str]
    taken_at: Mapped[datetime]


class Initiative(Aggregate, Base):
    """`service_ids` are the services that it builds or changes; `funding` names what pays for it, given on approval;
    `held_from` is the status to which it returns from being on hold; `steps` counts the steps taken."""

    __tablename__ = "initiatives"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("(status = 'on_hold') = (held_from IS NOT NULL)", name="held_from_status"),
        Index("ix_initiatives_service_ids", "service_ids", postgresql_using="gin"),
    )

    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    owner: Mapped[str]
    status: Mapped[InitiativeStatus] = mapped_column(index=True)
    held_from: Mapped[InitiativeStatus | None]
    service_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    funding: Mapped[str | None]
    starts_on: Mapped[date | None]
    opened_on: Mapped[date]
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    steps: Mapped[int]

    @classmethod
    def open(
        cls,
        *,
        code: str,
        name: str,
        description: str,
        owner: str,
        service_ids: list[UUID],
        starts_on: date | None,
        on: date,
    ) -> "Initiative":
        initiative = cls(code=code, name=name, description=description, owner=owner, service_ids=service_ids)
        initiative.status, initiative.starts_on, initiative.opened_on, initiative.steps = (
            InitiativeStatus.DRAFT,
            starts_on,
            on,
            0,
        )
        initiative.record(events.InitiativeOpened(**initiative._named(), service_ids=service_ids, opened_on=on))
        return initiative

    def describe(
        self, *, name: str, description: str, owner: str, service_ids: list[UUID], starts_on: date | None
    ) -> None:
        self.must_go_on()
        told = (self.name, self.service_ids) != (name, service_ids)
        self.name, self.description, self.owner = name, description, owner
        self.service_ids, self.starts_on = service_ids, starts_on
        if told:
            self.record(events.InitiativeChanged(**self._named(), service_ids=service_ids))

    def must_go_on(self) -> None:
        if self.status in ENDED:
            raise Ended(f"{self.code} is {self.status}.")

    def approve(self, act: Act, *, funding: str | None) -> InitiativeStep:
        step = self.take(Step.APPROVE, act)
        self.funding = funding
        return step

    def take(
        self,
        step: Step,
        act: Act,
        *,
        conditions: Sequence[ReadinessCondition] = (),
        unfinished: Sequence[Blocker] = (),
    ) -> InitiativeStep:
        """`conditions` are all of the initiative, where the step has the gate before it; `unfinished` the initiatives
        that must be done before this one begins. WrongStatus, NotReady."""
        reached = self._reached(step)
        if step in GATED and (unmet := [*blockers(conditions), *unfinished]):
            self._refuse(step, unmet)
        left, self.status = self.status, reached
        self.held_from = left if step is Step.HOLD else None
        self.steps += 1
        self._announce(step, act, waived(conditions))
        return InitiativeStep(
            initiative_id=self.id,
            number=self.steps,
            left=left,
            reached=reached,
            reason=act.reason,
            taken_by=act.by,
            taken_at=act.at,
        )

    def _reached(self, step: Step) -> InitiativeStatus:
        allowed, leads_to = LIFECYCLE[step]
        if self.status not in allowed:
            allowed_words = " or ".join(sorted(allowed))
            raise WrongStatus(f"To {step} it, an initiative must be {allowed_words}; {self.code} is {self.status}.")
        reached = leads_to or self.held_from
        if reached is None:
            raise WrongStatus(f"It is not known where {self.code} was before it was on hold.")
        return reached

    def _refuse(self, step: Step, unmet: Collection[Blocker]) -> None:
        names = ", ".join(blocker.name for blocker in list(unmet)[:5])
        raise NotReady(f"To {step} {self.code}, this is lacking: {names}.", blockers=[asdict(it) for it in unmet])

    def _announce(self, step: Step, act: Act, waived: list[str]) -> None:
        named, on = self._named(), act.at.date()
        match step:
            case Step.FIND_READY:
                self.record(events.InitiativeReady(**named, waived=waived, ready_on=on))
            case Step.START:
                self.started_on = on
                self.record(events.InitiativeStarted(**named, started_on=on))
            case Step.COMPLETE:
                self.ended_on = on
                self.record(events.InitiativeCompleted(**named, completed_on=on))
            case Step.CANCEL:
                self.ended_on = on
                self.record(events.InitiativeCancelled(**named, cancelled_on=on, reason=act.reason))
            case _:
                pass

    def _named(self) -> dict[str, Any]:
        return {"initiative_id": self.id, "code": self.code, "name": self.name}
