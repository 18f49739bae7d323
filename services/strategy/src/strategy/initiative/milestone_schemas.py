"""What callers send and see of milestones, dependencies and the critical path."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.text import Code, Day, Instant, Line, Schema
from strategy.need.schemas import Sentences

Days = Annotated[int, Field(ge=0, le=36_500, strict=True)]


class DescribeMilestone(Schema):
    name: Line
    duration_days: Days = Field(description="How long the work takes that leads to it.")


class DateMilestone(Schema):
    planned_on: Day
    forecast_on: Day | None = Field(default=None, description="When it is expected now.")
    actual_on: Day | None = Field(default=None, description="When it was reached.")
    reason: Sentences = Field(description="Why the dates are what they are now.")


class PlanMilestone(DescribeMilestone):
    code: Code
    planned_on: Day


class MilestoneView(Schema):
    id: UUID
    initiative_id: UUID
    code: str
    name: str
    duration_days: int
    planned_on: Day
    forecast_on: Day | None
    actual_on: Day | None
    slip_days: int | None = Field(description="After the plan, of the actual or else the expected day; null: neither.")
    version: int


class MilestoneDateView(Schema):
    number: int
    planned_on: Day
    forecast_on: Day | None
    actual_on: Day | None
    reason: str
    stated_by: str
    stated_at: Instant


class NeedMilestone(Schema):
    milestone_id: UUID
    needs_id: UUID = Field(description="The milestone, of this or another initiative, to be reached before.")


class MilestoneDependencyView(NeedMilestone):
    id: UUID
    version: int


class AwaitInitiative(Schema):
    initiative_id: UUID
    needs_id: UUID = Field(description="The initiative to be done before.")


class InitiativeDependencyView(AwaitInitiative):
    id: UUID
    version: int


class ScheduledMilestone(Schema):
    """Days from the start; a piece of work of three days from day 0 finishes at 3."""

    milestone_id: UUID
    code: str
    name: str
    duration_days: int
    earliest_start: int
    earliest_finish: int
    latest_start: int
    latest_finish: int
    total_slack: int
    free_slack: int
    critical: bool
    earliest_finish_on: Day | None = Field(description="Counted from the planned start; null without one.")
    latest_finish_on: Day | None


class CriticalPathView(Schema):
    """`critical` are the codes of the milestones without slack, in an order in which they can be done."""

    initiative_id: UUID
    starts_on: Day | None
    length_days: int
    ends_on: Day | None
    critical: list[str]
    milestones: list[ScheduledMilestone]
    awaited: list[UUID] = Field(
        description="Milestones of other initiatives that it waits for; they do not count here."
    )
