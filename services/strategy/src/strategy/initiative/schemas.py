"""What callers send and see of initiatives, their life and their readiness."""

from uuid import UUID

from pydantic import Field

from chassis.text import Code, Day, Instant, Line, Prose, Schema
from strategy.initiative.lifecycle import InitiativeStatus
from strategy.need.schemas import Sentences
from strategy.offering.schemas import Ids


class DescribeInitiative(Schema):
    name: Line
    description: Prose = ""
    owner: Line
    service_ids: Ids = Field(default=[], description="The services that it builds or changes.")
    starts_on: Day | None = Field(default=None, description="When it is planned to begin.")


class OpenInitiative(DescribeInitiative):
    code: Code = Field(description="Also that of its cost object in finance; it never changes.")


class InitiativeView(Schema):
    id: UUID
    code: str
    name: str
    description: str
    owner: str
    status: InitiativeStatus
    held_from: InitiativeStatus | None = Field(description="Where it returns to from being on hold.")
    service_ids: list[UUID]
    funding: str | None
    starts_on: Day | None
    opened_on: Day
    started_on: Day | None
    ended_on: Day | None
    version: int


class TakeStep(Schema):
    reason: Sentences


class ApproveInitiative(TakeStep):
    funding: Line | None = Field(default=None, description="What pays for it, such as a budget or an investment plan.")


class InitiativeStepView(Schema):
    number: int
    left: InitiativeStatus
    reached: InitiativeStatus
    reason: str
    taken_by: str
    taken_at: Instant


class AddCondition(Schema):
    name: Line
    mandatory: bool = Field(default=True, description="Whether execution waits for it; not changed later.")


class MeetCondition(Schema):
    evidence: Sentences = Field(description="What shows it, such as a document or a link.")


class WaiveCondition(Schema):
    reason: Sentences


class ReadinessConditionView(Schema):
    id: UUID
    initiative_id: UUID
    name: str
    mandatory: bool
    evidence: str | None
    met_by: str | None
    met_at: Instant | None
    waiver_reason: str | None
    waived_by: str | None
    waived_at: Instant | None
    version: int


class BlockerView(Schema):
    name: str
    sentence: str
    link: str


class ReadinessView(Schema):
    initiative_id: UUID
    ready: bool
    blockers: list[BlockerView]
    waived: list[str]
    conditions: int
    satisfied: int = Field(description="Met or waived, optional ones included.")
