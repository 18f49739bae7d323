"""A retirement plan: a service gets its notice by opening one, and is operational again when it is called off."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from chassis.aggregate import Aggregate
from chassis.ids import uuid7
from chassis.problems import Conflict, Invalid
from portfolio.db import Base
from portfolio.retirement_plan.terms import RetirementStatus
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.service.terms import GONE, Status


class NoticeTooLate(Invalid, code="portfolio.service.notice-too-late"):
    """A retirement is announced for a day that is still to come, and not before its notice has run out."""


class OwnReplacement(Invalid, code="portfolio.service.own-replacement"):
    """A service cannot replace itself."""


class ReplacementGoes(Conflict, code="portfolio.retirement-plan.replacement-goes"):
    """What is gone or has its own notice replaces nothing."""


class NotOpen(Conflict, code="portfolio.retirement-plan.not-open"):
    """The plan has been completed or called off."""


class MovesLater(Conflict, code="portfolio.retirement-plan.moves-later"):
    """A customer moves on a later day: the service is needed until then."""


class RetirementPlan(Aggregate, Base):
    """`ends_on` is the first day without the service, at least `notice_days` after `given_on`. The service carries the
    end and the replacement of its plan too, unless that was called off. `closed_at` it was completed or called off."""

    __tablename__ = "retirement_plans"
    __table_args__ = (
        Index("uq_retirement_plans_open", "service_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_retirement_plans_service_id", "service_id"),
        Index("ix_retirement_plans_ends_on_id", "ends_on", "id"),
        CheckConstraint("ends_on - given_on >= notice_days AND notice_days >= 1", name="notice"),
        CheckConstraint("replacement_id <> service_id", name="replacement"),
        CheckConstraint(
            "(status = 'open') = (closed_at IS NULL)"
            " AND (closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closing_reason IS NULL)",
            name="closed",
        ),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("reviews.id"))
    given_on: Mapped[date]
    notice_days: Mapped[int]
    ends_on: Mapped[date]
    replacement_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    status: Mapped[RetirementStatus]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closing_reason: Mapped[str | None]

    revisions: WriteOnlyMapped["RetirementRevision"] = relationship(passive_deletes=True)

    @classmethod
    def open(
        cls,
        act: Act,
        service: Service,
        *,
        ends_on: date,
        replacement: Service | None,
        notice_days: int = 1,
        review_id: UUID | None = None,
    ) -> "RetirementPlan":
        """Gives the service its notice. `review_id` is the decision that this carries out."""
        plan = cls(
            service_id=service.id,
            review_id=review_id,
            given_on=act.on,
            notice_days=notice_days,
            status=RetirementStatus.OPEN,
            reason=act.reason,
            opened_at=act.at,
            opened_by=act.by,
        )
        plan._state(act, ends_on, plan._replaced_by(replacement))
        service.give_notice(act, retires_on=plan.ends_on, replacement_id=plan.replacement_id)
        return plan

    def revise(
        self, act: Act, service: Service, *, ends_on: date, replacement: Service | None, last_move_on: date | None
    ) -> None:
        """Puts the end off or brings it nearer, or names another replacement. The same again is no revision."""
        self.check_open()
        replacement_id = replacement.id if replacement else None
        if (ends_on, replacement_id) == (self.ends_on, self.replacement_id):
            return
        if last_move_on and ends_on < last_move_on:
            raise MovesLater(f"A customer moves on {last_move_on}.")
        if replacement_id != self.replacement_id:
            self._replaced_by(replacement)
        self._state(act, ends_on, replacement_id)
        service.announce_end(retires_on=ends_on, replacement_id=replacement_id)

    def call_off(self, act: Act, service: Service) -> None:
        """As long as the service has not retired. Customers that have moved stay where they are."""
        self.check_open()
        service.cancel_notice(act)
        self._close(RetirementStatus.CALLED_OFF, act)

    def complete(self, act: Act) -> None:
        """The service has retired."""
        self._close(RetirementStatus.COMPLETED, act)

    def is_overdue(self, today: date) -> bool:
        return self.status is RetirementStatus.OPEN and self.ends_on <= today

    def last_day(self, today: date) -> date:
        """The first day without the service, as far as it can still be kept."""
        return max(self.ends_on, today)

    def check_open(self) -> None:
        if self.status is not RetirementStatus.OPEN:
            raise NotOpen(f"It was {self.status.replace('_', ' ')} by {self.closed_by}.")

    def _state(self, act: Act, ends_on: date, replacement_id: UUID | None) -> None:
        least = max(act.on + timedelta(days=1), self.given_on + timedelta(days=self.notice_days))
        if ends_on < least and ends_on != self.ends_on:
            raise NoticeTooLate(f"{ends_on} is before {least}, the first day that the notice leaves.")
        self.ends_on, self.replacement_id = ends_on, replacement_id
        self.revisions.add(
            RetirementRevision(ends_on=ends_on, replacement_id=replacement_id, at=act.at, by=act.by, reason=act.reason)
        )

    def _replaced_by(self, replacement: Service | None) -> UUID | None:
        """A service that goes itself is no replacement, so replacements never make a loop."""
        if replacement is None:
            return None
        if replacement.id == self.service_id:
            raise OwnReplacement
        if replacement.status in GONE | {Status.RETIRING}:
            raise ReplacementGoes(f"{replacement.code} is {replacement.status}.")
        return replacement.id

    def _close(self, status: RetirementStatus, act: Act) -> None:
        self.status, self.closed_at, self.closed_by, self.closing_reason = status, act.at, act.by, act.reason


class RetirementRevision(Base):
    """What a plan said from `at` on: the first as it was opened. Ids rise with time."""

    __tablename__ = "retirement_revisions"
    __table_args__ = (Index("ix_retirement_revisions_plan_id_at_id", "plan_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("retirement_plans.id"))
    ends_on: Mapped[date]
    replacement_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str]
