"""A service: the table of its life, the steps that move it, and the facts that others hear of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.service import events, gates
from portfolio.service.described import Described, budget_checks
from portfolio.service.folding import SEARCHED
from portfolio.service.gates import Act, Blocker, Held, Neighbour
from portfolio.service.history import ExternalId, Transition
from portfolio.service.terms import Stage, Status, Step
from portfolio.service_definition.model import ServiceDefinition

ASSESSED = frozenset({Status.PROPOSED, Status.DEFINED, Status.ANALYZED})
UNDERWAY = ASSESSED | {Status.APPROVED, Status.CHARTERED, Status.IN_DEVELOPMENT}

# The whole lifecycle: each step, the statuses it starts from, and the one it leads to. A resumption leads back to where
# the service was when it was put on hold.
LIFECYCLE: Mapping[Step, tuple[frozenset[Status], Status | None]] = {
    Step.DEFINITION: (frozenset({Status.PROPOSED}), Status.DEFINED),
    Step.ANALYSIS: (frozenset({Status.DEFINED}), Status.ANALYZED),
    Step.APPROVAL: (frozenset({Status.ANALYZED}), Status.APPROVED),
    Step.CHARTER: (frozenset({Status.APPROVED}), Status.CHARTERED),
    Step.DEVELOPMENT: (frozenset({Status.CHARTERED}), Status.IN_DEVELOPMENT),
    Step.LAUNCH: (frozenset({Status.IN_DEVELOPMENT}), Status.OPERATIONAL),
    Step.HOLD: (UNDERWAY, Status.ON_HOLD),
    Step.RESUMPTION: (frozenset({Status.ON_HOLD}), None),
    Step.REJECTION: (ASSESSED, Status.REJECTED),
    Step.WITHDRAWAL: (UNDERWAY | {Status.ON_HOLD}, Status.WITHDRAWN),
    Step.RETIREMENT_NOTICE: (frozenset({Status.OPERATIONAL}), Status.RETIRING),
    Step.NOTICE_CANCELLATION: (frozenset({Status.RETIRING}), Status.OPERATIONAL),
    Step.RETIREMENT: (frozenset({Status.RETIRING}), Status.RETIRED),
    Step.ARCHIVING: (frozenset({Status.RETIRED}), Status.ARCHIVED),
}


class CodeTaken(Conflict, code="portfolio.service.code-taken", constraint="uq_services_code"):
    """Another service that is not archived has this code."""


class ExternalIdTaken(Conflict, code="portfolio.service.external-id-taken", constraint="pk_external_ids"):
    """Another service has this external id."""


class StepNotPossible(Conflict, code="portfolio.service.step-not-possible"):
    """The lifecycle has no such step from where the service is."""


class Archived(Conflict, code="portfolio.service.archived"):
    """What is said of an archived service never changes."""


class Service(Described, Aggregate, Base):
    """`launched_on` is its first day in the catalog, `retires_on` and `retired_on` the first one without it;
    `held_status` where it was when it was put on hold. What is said of it is its active definition: number
    `definition_number`, since `defined_at`. `searched` is what texts are looked for in."""

    __tablename__ = "services"
    __table_args__ = (
        Index("uq_services_code", "code", unique=True, postgresql_where=text("status <> 'archived'")),
        Index("ix_services_status", "status"),
        Index("ix_services_tags", "tags", postgresql_using="gin"),
        Index("ix_services_market_space_ids", "market_space_ids", postgresql_using="gin"),
        *budget_checks(),
    )

    code: Mapped[str]
    definition_number: Mapped[int]
    defined_at: Mapped[datetime]
    status: Mapped[Status]
    held_status: Mapped[Status | None]
    launched_on: Mapped[date | None]
    retires_on: Mapped[date | None]
    retired_on: Mapped[date | None]
    replacement_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"), index=True)
    searched: Mapped[str] = mapped_column(Computed(SEARCHED, persisted=True), deferred=True)

    external_ids: Mapped[list[ExternalId]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=(ExternalId.source, ExternalId.external_id)
    )
    transitions: WriteOnlyMapped[Transition] = relationship(passive_deletes=True)
    definitions: WriteOnlyMapped[ServiceDefinition] = relationship(passive_deletes=True)

    @classmethod
    def propose(cls, act: Act, *, code: str, **described: Any) -> "Service":
        """`described` is what `say` takes."""
        service = cls._new(act, code, act.at, described)
        service._enter(Status.PROPOSED, Step.PROPOSAL, act, act.at)
        service.record(events.ServiceProposed(**service._named()))
        return service

    @classmethod
    def take_over(
        cls,
        act: Act,
        *,
        code: str,
        stage: Stage,
        launched_on: date | None = None,
        retired_on: date | None = None,
        stated_on: date | None = None,
        **described: Any,
    ) -> "Service":
        """A service that was led elsewhere so far joins where it stands. Unknown days count as the day of the act;
        `stated_on` is when what is said of it was so."""
        gates.check_days(stage, launched_on, retired_on, today=act.on)
        service = cls._new(act, code, act.since(launched_on or retired_on or stated_on), described)
        match stage:
            case Stage.PIPELINE:
                service._enter(Status.PROPOSED, Step.IMPORT, act, act.since(stated_on))
                service.record(events.ServiceProposed(**service._named()))
            case Stage.CATALOG:
                service._enter_catalog(launched_on or act.on, act)
            case Stage.RETIRED:
                service._enter_retired(launched_on, retired_on or act.on, act)
        return service

    @classmethod
    def _new(cls, act: Act, code: str, since: datetime, described: dict[str, Any]) -> "Service":
        service = cls(code=code, external_ids=[], definition_number=0)
        service.say(**described)
        service._state(act, since)
        return service

    def _enter_catalog(self, on: date, act: Act) -> None:
        self.launched_on = on
        self._enter(Status.OPERATIONAL, Step.IMPORT, act, act.since(on))
        self.record(events.ServiceChartered(**self._named(), chartered_on=on))
        self.record(events.ServiceLaunched(**self._named(), launched_on=on))

    def _enter_retired(self, launched_on: date | None, on: date, act: Act) -> None:
        self.launched_on, self.retired_on = launched_on, on
        if launched_on:
            self._enter(Status.OPERATIONAL, Step.IMPORT, act, act.since(launched_on))
        self._enter(Status.RETIRED, Step.IMPORT, act, act.since(on))
        self.record(events.ServiceRetired(**self._named(), retired_on=on, replacement_id=None))

    @property
    def stage(self) -> Stage:
        return self.status.stage

    def describe(self, act: Act, *, since: datetime | None = None, **described: Any) -> None:
        """At once, as a new active definition; `described` is what `say` takes. The same again is no new one."""
        before = self._redescribed(described)
        if self.said() != before:
            self._state(act, max(since or act.at, self.defined_at))

    def adopt(self, act: Act, draft: ServiceDefinition) -> None:
        """The draft becomes the active definition and supersedes the one that was it."""
        draft.activate(act, number=self.definition_number + 1, active_from=max(act.at, self.defined_at))
        self._redescribed(draft.said())
        self.definition_number, self.defined_at = self.definition_number + 1, max(act.at, self.defined_at)

    def _redescribed(self, described: dict[str, Any]) -> dict[str, Any]:
        """What was said before. Others hear of it only when what they know of the service has changed."""
        if self.status is Status.ARCHIVED:
            raise Archived(f"{self.code} is archived.")
        before = self.said()
        self.say(**described)
        if any(before[known] != getattr(self, known) for known in ("name", "kind", "owner")):
            self.record(events.ServiceChanged(**self._named(), owner=self.owner))
        return before

    def _state(self, act: Act, since: datetime) -> None:
        self.definition_number, self.defined_at = self.definition_number + 1, since
        stated = ServiceDefinition.stated(act, number=self.definition_number, active_from=since, **self.said())
        self.definitions.add(stated)

    def know_as(self, names: Iterable[tuple[str, str]]) -> None:
        """`names` are pairs of a source and the id there; they take the place of all that were known."""
        wanted = set(names)
        kept = [known for known in self.external_ids if (known.source, known.external_id) in wanted]
        new = wanted - {(known.source, known.external_id) for known in kept}
        if new or len(kept) < len(self.external_ids):
            self.external_ids = kept + [ExternalId(source=source, external_id=id) for source, id in sorted(new)]
            flag_modified(self, "code")  # names in other systems are part of what the version stands for

    def is_seen(self, source: str, external_id: str) -> bool:
        """Whether it was missed under this name until now."""
        missed = [it for it in self.external_ids if (it.source, it.external_id) == (source, external_id)]
        if not missed or missed[0].absent_since is None:
            return False
        missed[0].absent_since = None
        flag_modified(self, "code")
        return True

    def define(self, act: Act) -> None:
        self._take(Step.DEFINITION, act)

    def analyze(self, act: Act) -> None:
        self._take(Step.ANALYSIS, act)

    def approve(self, act: Act, *, business_case: str | None = None) -> None:
        """`business_case` is the one that was named to open the gate; `act` has it as evidence if it does."""
        self._take(Step.APPROVAL, act, gates.before_approval(self.id, act, business_case))
        self.record(events.ServiceApproved(service_id=self.id, code=self.code, approved_on=act.on))

    def charter(self, act: Act, *, funding: str | None = None) -> None:
        """`funding` is the investment plan that was named to open the gate; `act` has it as evidence if it does."""
        self._take(Step.CHARTER, act, gates.before_charter(act, funding))
        self.record(events.ServiceChartered(**self._named(), chartered_on=act.on))

    def develop(self, act: Act) -> None:
        self._take(Step.DEVELOPMENT, act)

    def launch(self, act: Act, *, service_levels: int, not_operational: Sequence[Neighbour]) -> None:
        """`not_operational` are the services that it uses and that are not operational."""
        blockers = gates.before_launch(
            self.id, owner=self.owner, service_levels=service_levels, not_operational=not_operational
        )
        self._take(Step.LAUNCH, act, blockers)
        self.launched_on = act.on
        self.record(events.ServiceLaunched(**self._named(), launched_on=act.on))

    def give_notice(self, act: Act, *, retires_on: date, replacement_id: UUID | None) -> None:
        """By its retirement plan, which knows which days and replacements will do."""
        self._take(Step.RETIREMENT_NOTICE, act)
        self.announce_end(retires_on=retires_on, replacement_id=replacement_id)

    def announce_end(self, *, retires_on: date, replacement_id: UUID | None) -> None:
        """A later one takes the place of what was announced before."""
        self.retires_on, self.replacement_id = retires_on, replacement_id
        fact = {"service_id": self.id, "code": self.code, "retires_on": retires_on, "replacement_id": replacement_id}
        self.record(events.ServiceRetiring.model_validate(fact))

    def cancel_notice(self, act: Act) -> None:
        self._take(Step.NOTICE_CANCELLATION, act)
        self.retires_on = self.replacement_id = None
        self.record(events.ServiceRetirementCancelled(service_id=self.id, code=self.code))

    def retire(self, act: Act, held: Held) -> None:
        blockers = gates.before_retirement(self.id, held, today=act.on, retires_on=self.retires_on)
        self._take(Step.RETIREMENT, act, blockers)
        self.retired_on = act.on
        self.record(events.ServiceRetired(**self._named(), retired_on=act.on, replacement_id=self.replacement_id))

    def archive(self, act: Act) -> None:
        self._take(Step.ARCHIVING, act)

    def hold(self, act: Act) -> None:
        self._take(Step.HOLD, act)

    def resume(self, act: Act) -> None:
        self._take(Step.RESUMPTION, act)

    def reject(self, act: Act) -> None:
        self._take(Step.REJECTION, act)
        self.record(events.ServiceRejected(**self._named(), rejected_on=act.on))

    def withdraw(self, act: Act) -> None:
        self._take(Step.WITHDRAWAL, act)
        self.record(events.ServiceWithdrawn(**self._named(), withdrawn_on=act.on))

    def possible_steps(self) -> list[Step]:
        return [step for step, (sources, _) in LIFECYCLE.items() if self.status in sources]

    def _take(self, step: Step, act: Act, blockers: Sequence[Blocker] = ()) -> None:
        if step not in (possible := self.possible_steps()):
            raise StepNotPossible(f"{self.code} is {self.status}: no {step} from there.", possible_steps=possible)
        gates.require(blockers, step=step)
        before = self.status
        self._enter(LIFECYCLE[step][1] or self.held_status or before, step, act, act.at)
        self.held_status = before if self.status is Status.ON_HOLD else None

    def _enter(self, status: Status, step: Step, act: Act, at: datetime) -> None:
        self.transitions.add(
            Transition(
                step=step,
                from_status=self.status,
                to_status=status,
                at=at,
                by=act.by,
                reason=act.reason,
                evidence=act.evidence,
                waived_by=act.waived_by,
                ended=list(act.ends),
            )
        )
        self.status = status

    def _named(self) -> dict[str, Any]:
        return {"service_id": self.id, "code": self.code, "name": self.name, "kind": self.kind}
