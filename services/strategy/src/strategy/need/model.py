"""A need: an outcome that somebody in the market wants, how much it matters, and how well it is met today."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base
from strategy.need.events import NeedAssessed, NeedIdentified, NeedReopened


class NotOneBeneficiary(Invalid, code="strategy.need.not-one-beneficiary"):
    """A need is that of one customer, one segment or one market space."""


class InTheFuture(Invalid, code="strategy.need.in-the-future"):
    """A need is identified and assessed today or before."""


class NotOpen(Conflict, code="strategy.need.not-open"):
    """The need is met or dropped already."""


class NotClosed(Conflict, code="strategy.need.not-closed"):
    """The need is open."""


class NeedState(StrEnum):
    OPEN = "open"
    MET = "met"
    REOPENED = "reopened"
    DROPPED = "dropped"


OPEN_STATES = frozenset({NeedState.OPEN, NeedState.REOPENED})


@dataclass(frozen=True)
class Assessment:
    """Both from 1 to 10; `satisfaction` is None when nobody has assessed it, which is not the same as a low one."""

    importance: int
    satisfaction: int | None

    @property
    def opportunity_score(self) -> int | None:
        """importance + max(importance − satisfaction, 0), from 1 to 19: Ulwick's opportunity algorithm."""
        if self.satisfaction is None:
            return None
        return self.importance + max(self.importance - self.satisfaction, 0)


class NeedAssessment(Base):
    """How a need was assessed on a day."""

    __tablename__ = "need_assessments"
    __table_args__ = (
        CheckConstraint("importance BETWEEN 1 AND 10", name="importance"),
        CheckConstraint("satisfaction BETWEEN 1 AND 10", name="satisfaction"),
    )

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    assessed_on: Mapped[date] = mapped_column(primary_key=True)
    importance: Mapped[int]
    satisfaction: Mapped[int | None]


class Need(Aggregate, Base):
    """`importance`, `satisfaction` and `opportunity_score` are those of the latest assessment, of `assessed_on`."""

    __tablename__ = "needs"
    __table_args__ = (
        CheckConstraint("num_nonnulls(customer_id, market_space_id, segment_id) = 1", name="one_beneficiary"),
    )

    statement: Mapped[str]
    asked_by: Mapped[str]
    identified_on: Mapped[date]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    market_space_id: Mapped[UUID | None] = mapped_column(ForeignKey("market_spaces.id"), index=True)
    segment_id: Mapped[UUID | None] = mapped_column(ForeignKey("segments.id"), index=True)
    state: Mapped[NeedState]
    state_reason: Mapped[str]
    importance: Mapped[int]
    satisfaction: Mapped[int | None]
    opportunity_score: Mapped[int | None] = mapped_column(index=True)
    assessed_on: Mapped[date]

    @classmethod
    def identify(
        cls,
        *,
        statement: str,
        asked_by: str,
        on: date,
        today: date,
        customer_id: UUID | None,
        market_space_id: UUID | None,
        segment_id: UUID | None = None,
        assessment: Assessment,
    ) -> "Need":
        if [customer_id, market_space_id, segment_id].count(None) != 2:
            raise NotOneBeneficiary("Name the customer, the segment or the market space whose need it is.")
        _must_be_past(on, today)
        need = cls(statement=statement, asked_by=asked_by, identified_on=on, state=NeedState.OPEN, state_reason="")
        need.customer_id, need.market_space_id, need.segment_id = customer_id, market_space_id, segment_id
        need._take(assessment, on=on)
        need.record(
            NeedIdentified(
                need_id=need.id,
                market_space_id=market_space_id,
                customer_id=customer_id,
                segment_id=segment_id,
                statement=statement,
                importance=assessment.importance,
                satisfaction=assessment.satisfaction,
                opportunity_score=assessment.opportunity_score,
                identified_on=on,
            )
        )
        return need

    def describe(self, *, statement: str, asked_by: str) -> None:
        self.statement, self.asked_by = statement, asked_by

    def assess(self, assessment: Assessment, *, on: date, today: date) -> NeedAssessment:
        """An assessment of a day before the latest one completes the history and leaves the current one as it is."""
        _must_be_past(on, today)
        changes = (self.importance, self.satisfaction) != (assessment.importance, assessment.satisfaction)
        if on >= self.assessed_on:
            self._take(assessment, on=on)
            if changes:
                self._announce_assessment()
        return self.assessed(assessment, on=on)

    def assessed(self, assessment: Assessment, *, on: date) -> NeedAssessment:
        importance, satisfaction = assessment.importance, assessment.satisfaction
        return NeedAssessment(need_id=self.id, assessed_on=on, importance=importance, satisfaction=satisfaction)

    def meet(self, *, reason: str) -> None:
        self._close(NeedState.MET, reason)

    def drop(self, *, reason: str) -> None:
        self._close(NeedState.DROPPED, reason)

    def reopen(self, *, reason: str) -> None:
        if self.is_open:
            raise NotClosed("The need is open already.")
        self.state, self.state_reason = NeedState.REOPENED, reason
        self.record(NeedReopened(need_id=self.id, reason=reason))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def _close(self, state: NeedState, reason: str) -> None:
        if not self.is_open:
            raise NotOpen(f"The need is {self.state} already.")
        self.state, self.state_reason = state, reason

    def _take(self, assessment: Assessment, *, on: date) -> None:
        self.importance, self.satisfaction = assessment.importance, assessment.satisfaction
        self.opportunity_score, self.assessed_on = assessment.opportunity_score, on

    def _announce_assessment(self) -> None:
        self.record(
            NeedAssessed(
                need_id=self.id,
                importance=self.importance,
                satisfaction=self.satisfaction,
                opportunity_score=self.opportunity_score,
                assessed_on=self.assessed_on,
            )
        )


def _must_be_past(on: date, today: date) -> None:
    if on > today:
        raise InTheFuture(f"{on} has not come yet.")
