"""An opportunity: what a rule finds in the evidence about a subject, and what was decided on which evidence."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from chassis.aggregate import Aggregate
from chassis.ids import uuid7
from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.opportunity import events
from portfolio.opportunity.finding import Finding
from portfolio.opportunity.terms import OpportunityStatus, OpportunityStepKind, Sighting, SubjectKind

Status, Step = OpportunityStatus, OpportunityStepKind
DECIDED = {Status.DISMISSED: Sighting.STILL_DISMISSED, Status.ACCEPTED: Sighting.STILL_ACCEPTED}


class NotOpen(Conflict, code="portfolio.opportunity.not-open"):
    """Only an open opportunity is accepted or dismissed."""


class OpportunityStep(Base):
    """What happened to an opportunity, and its evidence at that moment. Ids rise with time."""

    __tablename__ = "opportunity_steps"
    __table_args__ = (Index("ix_opportunity_steps_opportunity_id_at_id", "opportunity_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunities.id"))
    step: Mapped[OpportunityStepKind]
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str | None]
    rule_version: Mapped[int]
    sentence: Mapped[str]
    magnitude: Mapped[Decimal]
    evidence: Mapped[dict[str, Any]]


class Opportunity(Aggregate, Base):
    """One per rule and subject. While it is decided it keeps the evidence that was decided on, which later findings are
    compared with; `service_id` is the proposal that it became last. Being seen again makes no new version of it."""

    __tablename__ = "opportunities"
    __table_args__ = (
        UniqueConstraint("rule", "subject_id"),
        Index("ix_opportunities_status_found_at", "status", "found_at"),
        Index("ix_opportunities_subject_id", "subject_id"),
        CheckConstraint("magnitude <> 'NaN'", name="magnitude"),
        CheckConstraint("(status IN ('accepted', 'dismissed')) = (decided_by IS NOT NULL)", name="decided"),
        CheckConstraint("status <> 'accepted' OR service_id IS NOT NULL", name="accepted"),
    )

    rule: Mapped[str]
    rule_version: Mapped[int]
    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[UUID]
    subject_label: Mapped[str]
    sentence: Mapped[str]
    magnitude: Mapped[Decimal]
    concerns: Mapped[list[str]]
    evidence: Mapped[dict[str, Any]]
    status: Mapped[OpportunityStatus]
    found_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str | None]
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"), index=True)

    steps: WriteOnlyMapped[OpportunityStep] = relationship(passive_deletes=True)

    @classmethod
    def find(cls, finding: Finding, *, by: str, at: datetime) -> "Opportunity":
        subject = finding.subject
        found = cls(rule=finding.rule.name, subject_kind=subject.kind, subject_id=subject.id)
        found._open(finding, by=by, at=at, again=False)
        return found

    def see(self, finding: Finding, *, by: str, at: datetime) -> Sighting:
        """Its rule finds it again. What was decided is open again only on other evidence, or by another version of the
        rule."""
        if self.status is Status.OPEN:
            if not self._is_other(finding):
                return Sighting.UNCHANGED
            self._take(finding)
            self._remember(Step.CHANGED, by=by, at=at)
            return Sighting.CHANGED
        if self.status in DECIDED and not self._is_graver(finding):
            return DECIDED[self.status]
        self._open(finding, by=by, at=at, again=True)
        return Sighting.REOPENED

    def lapse(self, *, by: str, at: datetime) -> None:
        """Its rule does not find it any more."""
        self.status = Status.LAPSED
        self._remember(Step.LAPSED, by=by, at=at)
        self.record(events.OpportunityLapsed(**self._named(), lapsed_on=at.date()))

    def dismiss(self, reason: str, *, by: str, at: datetime) -> None:
        self._decide(Status.DISMISSED, reason, by=by, at=at)
        self._remember(Step.DISMISSED, by=by, at=at, reason=reason)
        self.record(events.OpportunityDismissed(**self._named(), reason=reason, dismissed_on=at.date()))

    def accept(self, reason: str, *, service_id: UUID, service_code: str, by: str, at: datetime) -> None:
        """It has become the proposal of this service."""
        self._decide(Status.ACCEPTED, reason, by=by, at=at)
        self.service_id = service_id
        self._remember(Step.ACCEPTED, by=by, at=at, reason=reason)
        became = {"service_id": service_id, "service_code": service_code}
        self.record(events.OpportunityAccepted.model_validate({**self._named(), **became, "accepted_on": at.date()}))

    def _decide(self, status: OpportunityStatus, reason: str, *, by: str, at: datetime) -> None:
        self.check_open()
        self.status, self.decided_at, self.decided_by, self.reason = status, at, by, reason

    def check_open(self) -> None:
        if self.status is not Status.OPEN:
            raise NotOpen(f"It is {self.status}.")

    def _is_other(self, finding: Finding) -> bool:
        less = self.magnitude - finding.told.magnitude >= finding.rule.step
        return less or self._is_graver(finding) or len(finding.told.concerns) < len(self.concerns)

    def _is_graver(self, finding: Finding) -> bool:
        """Than the evidence that it has: a decision that was taken on worse evidence covers what is better."""
        more = finding.told.magnitude - self.magnitude >= finding.rule.step
        another = set(finding.told.concerns) - set(self.concerns)
        return more or bool(another) or finding.rule.version != self.rule_version

    def _open(self, finding: Finding, *, by: str, at: datetime, again: bool) -> None:
        self._take(finding)
        self.status, self.found_at, self.last_seen_at = Status.OPEN, at, at
        self.decided_at = self.decided_by = self.reason = None
        self._remember(Step.FOUND, by=by, at=at)
        told = {"rule_version": self.rule_version, "subject_label": self.subject_label, "sentence": self.sentence}
        fact = {**self._named(), **told, "found_on": at.date(), "again": again}
        self.record(events.OpportunityFound.model_validate(fact))

    def _take(self, finding: Finding) -> None:
        told = finding.told
        self.rule_version, self.subject_label = finding.rule.version, finding.subject.label
        self.sentence, self.magnitude, self.concerns = told.sentence, told.magnitude, list(told.concerns)
        self.evidence = finding.evidence.model_dump(mode="json")

    def _remember(self, step: OpportunityStepKind, *, by: str, at: datetime, reason: str | None = None) -> None:
        now = {name: getattr(self, name) for name in ("rule_version", "sentence", "magnitude", "evidence")}
        self.steps.add(OpportunityStep(step=step, at=at, by=by, reason=reason, **now))

    def _named(self) -> dict[str, Any]:
        return {
            "opportunity_id": self.id,
            "rule": self.rule,
            "subject_kind": self.subject_kind,
            "subject_id": self.subject_id,
        }
