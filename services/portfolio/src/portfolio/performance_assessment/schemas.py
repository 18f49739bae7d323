"""What callers see of performance assessments."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.money import Amount
from chassis.text import Schema
from portfolio.service_level.terms import Window


class PerformanceAssessmentView(Schema):
    """How a service kept the promises that are measured over such windows. What was not measured counts in neither
    `attainment` (of the levels) nor `health` (by their weights), and lowers `coverage`."""

    id: UUID
    service_id: UUID
    window: Window
    starts_on: date
    ends_on: date
    number: int = Field(description="Counts the changes of its figures.")
    levels: int
    measured: int
    met: int
    weight: Amount
    weight_measured: Amount
    weight_met: Amount
    attainment: Amount | None
    coverage: Amount | None
    health: Amount | None
    assessed_at: datetime


class AssessmentRunView(Schema):
    """What a run did; with `more`, it is to be called again."""

    service_levels_calculated: int = Field(description="Whose windows were calculated from outages.")
    windows: int = Field(description="Windows that had closed.")
    announced: int
    more: bool
