"""What callers send and see of risks, critical success factors and status reports."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.money import Money, minor_unit, plain
from chassis.text import Day, Instant, Line, Prose, Schema
from strategy.figures import Share
from strategy.initiative.following import FactorState, Light, Response, RiskState
from strategy.initiative.lifecycle import InitiativeStatus

MOST_IMPACT = Decimal(10) ** 15


def _of_the_real_world(impact: Money) -> Money:
    if impact.amount < 0 or impact.amount >= MOST_IMPACT:
        raise ValueError("an impact is at least 0 and has at most 15 digits before the point")
    if len(plain(impact.amount).partition(".")[2]) > minor_unit(impact.currency):
        raise ValueError("an impact has no more decimals than its currency")
    return impact


class AssessRisk(Schema):
    name: Line
    owner: Line
    state: RiskState = RiskState.OPEN
    probability: Share
    impact: Annotated[Money, AfterValidator(_of_the_real_world)]
    response: Response
    response_note: Prose = ""


class RiskView(Schema):
    id: UUID
    initiative_id: UUID
    name: str
    owner: str
    state: RiskState
    probability: Share
    impact: Money
    exposure: Money = Field(description="probability × impact; nothing once it is closed.")
    response: Response
    response_note: str
    version: int


class AssessFactor(Schema):
    name: Line
    told_by: Line = Field(description="How one can tell.")
    state: FactorState = FactorState.NOT_ASSESSED
    note: Prose = ""


class SuccessFactorView(Schema):
    id: UUID
    initiative_id: UUID
    name: str
    told_by: str
    state: FactorState
    note: str
    version: int


class WriteReport(Schema):
    light: Light
    reason: Prose = Field(default="", description="Needed for amber and red.")


class ReportedMilestone(Schema):
    code: str
    name: str
    planned_on: Day
    forecast_on: Day | None
    actual_on: Day | None
    slip_days: int | None
    critical: bool
    total_slack: int


class Snapshot(Schema):
    """How everything stood at the moment of the report."""

    status: InitiativeStatus
    milestones: list[ReportedMilestone]
    reached: int
    slipped: int
    length_days: int
    open_risks: int
    exposure: list[Money] = Field(description="Of the risks that are not closed, one sum per currency.")
    success_factors: dict[FactorState, int]
    conditions: int
    unmet: list[str] = Field(description="Mandatory readiness conditions that are neither met nor waived.")


class StatusReportView(Schema):
    id: UUID
    initiative_id: UUID
    reported_on: Day
    light: Light
    reason: str
    snapshot: Snapshot
    reported_by: str
    reported_at: Instant
    version: int
