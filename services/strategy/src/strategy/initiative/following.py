"""What is watched over the life of an initiative: risks, critical success factors, status reports."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import EXACT, Money
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class FactorNamed(
    Conflict, code="strategy.success-factor.name-taken", constraint="uq_success_factors_initiative_id_name"
):
    """Another critical success factor of this initiative has this name."""


class AlreadyReported(
    Conflict, code="strategy.status-report.already-reported", constraint="uq_status_reports_initiative_id_reported_on"
):
    """There is a report of this initiative of this day."""


class ReasonMissing(Invalid, code="strategy.status-report.reason-missing"):
    """A light that is not green needs its reason."""


class Response(StrEnum):
    AVOID = "avoid"
    REDUCE = "reduce"
    TRANSFER = "transfer"
    ACCEPT = "accept"


class RiskState(StrEnum):
    OPEN = "open"
    OCCURRED = "occurred"
    CLOSED = "closed"


class Risk(Aggregate, Base):
    """Probability from 0 to 1, impact in money."""

    __tablename__ = "risks"
    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        CheckConstraint("impact_amount >= 0 AND impact_amount <> 'NaN'", name="impact"),
    )

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"), index=True)
    name: Mapped[str]
    owner: Mapped[str]
    state: Mapped[RiskState]
    probability: Mapped[Decimal]
    impact_amount: Mapped[Decimal]
    impact_currency: Mapped[str]
    response: Mapped[Response]
    response_note: Mapped[str]

    def assess(
        self,
        *,
        name: str,
        owner: str,
        state: RiskState,
        probability: Decimal,
        impact: Money,
        response: Response,
        response_note: str,
    ) -> None:
        self.name, self.owner, self.state, self.probability = name, owner, state, probability
        self.impact_amount, self.impact_currency = impact.amount, impact.currency
        self.response, self.response_note = response, response_note

    @property
    def impact(self) -> Money:
        return Money(amount=self.impact_amount, currency=self.impact_currency)

    @property
    def exposure(self) -> Money:
        """probability × impact, to the last digit; nothing once it is closed."""
        if self.state is RiskState.CLOSED:
            return Money(amount=Decimal(0), currency=self.impact_currency)
        return Money(amount=EXACT.multiply(self.probability, self.impact_amount), currency=self.impact_currency)


class FactorState(StrEnum):
    NOT_ASSESSED = "not_assessed"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MET = "met"
    MISSED = "missed"


class SuccessFactor(Aggregate, Base):
    """What must go well for the initiative to succeed, and how one can tell."""

    __tablename__ = "success_factors"
    __table_args__ = (UniqueConstraint("initiative_id", "name"),)

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"))
    name: Mapped[str]
    told_by: Mapped[str]
    state: Mapped[FactorState]
    note: Mapped[str]

    def assess(self, *, name: str, told_by: str, state: FactorState, note: str) -> None:
        self.name, self.told_by, self.state, self.note = name, told_by, state, note


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class StatusReport(Aggregate, Base):
    """How an initiative stood on a day, with its milestones and figures of that moment. Never changed."""

    __tablename__ = "status_reports"
    __table_args__ = (UniqueConstraint("initiative_id", "reported_on"),)

    initiative_id: Mapped[UUID] = mapped_column(ForeignKey("initiatives.id"))
    reported_on: Mapped[date]
    light: Mapped[Light]
    reason: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    reported_by: Mapped[str]
    reported_at: Mapped[datetime]

    @classmethod
    def write(
        cls, *, initiative_id: UUID, light: Light, reason: str, snapshot: dict[str, Any], by: str, at: datetime
    ) -> "StatusReport":
        if light is not Light.GREEN and not reason.strip():
            raise ReasonMissing(f"Say why the light is {light}.")
        return cls(
            initiative_id=initiative_id,
            reported_on=at.date(),
            light=light,
            reason=reason,
            snapshot=snapshot,
            reported_by=by,
            reported_at=at,
        )
