"""What callers send and see of services."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.identity import Caller
from chassis.money import Money
from chassis.problems import InvalidRequest
from chassis.text import NO_NUL, Code, Day, Instant, Line, Prose, Schema
from portfolio.service.gates import Act
from portfolio.service.terms import Criticality, Kind, Stage, Status, Step

Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)]
Tag = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


AsOf = Annotated[
    Day | Instant,
    Field(description="Stage, status and definition as they were at this instant, or when this day (UTC) was over."),
]


def last_moment(as_of: date | datetime | None) -> datetime | None:
    """A day ends where the next one begins."""
    if as_of is None or isinstance(as_of, datetime):
        return as_of
    return datetime.combine(as_of + timedelta(days=1), time(), UTC) - timedelta.resolution


class ExternalId(Schema):
    source: Code
    external_id: Line


class DescribeService(Schema):
    name: Line
    kind: Kind
    description: Prose = ""
    owner: Line | None = None
    criticality: Criticality | None = Field(default=None, description="Null: not assessed.")
    market_space_ids: list[UUID] = Field(default=[], max_length=100)
    tags: list[Tag] = Field(default=[], max_length=50)
    requested_budget: Money | None = Field(default=None, description="What its proposal asks for.")
    planned_launch_on: Day | None = Field(default=None, description="By when it is to be there.")


class ProposeService(DescribeService):
    code: Code
    external_ids: list[ExternalId] = Field(default=[], max_length=50)
    reason: Reason = "Proposed"


class IdentifyService(Schema):
    external_ids: list[ExternalId] = Field(max_length=50)


class GiveReason(Schema):
    reason: Reason

    def act(self, caller: Caller, now: datetime) -> Act:
        return Act(by=caller.subject, at=now, reason=self.reason)


class Waiver(Schema):
    """Opens a gate without its evidence."""

    reason: Reason
    approver: Line


class PassGate(GiveReason):
    waiver: Waiver | None = None

    def passing(self, act: Act, evidence: str | None) -> Act:
        if evidence and self.waiver:
            raise InvalidRequest("Give the evidence or a waiver, not both.")
        if self.waiver:
            return replace(act, evidence=self.waiver.reason, waived_by=self.waiver.approver)
        return replace(act, evidence=evidence)


class ApproveService(PassGate):
    business_case: Line | None = Field(
        default=None, description="Code of an approved business case of the service; without one the newest."
    )

    def act(self, caller: Caller, now: datetime) -> Act:
        return self.passing(super().act(caller, now), self.business_case)


class CharterService(PassGate):
    funding: Line | None = Field(
        default=None, description="Code of an approved investment plan that funds it; without one the newest."
    )

    def act(self, caller: Caller, now: datetime) -> Act:
        return self.passing(super().act(caller, now), self.funding)


class ExternalIdView(ExternalId):
    absent_since: datetime | None = Field(description="Since when the complete list of its source lacks it.")


class ServiceView(Schema):
    id: UUID
    code: str
    name: str
    kind: Kind
    description: str
    owner: str | None
    criticality: Criticality | None
    market_space_ids: list[UUID]
    tags: list[str]
    stage: Stage
    status: Status
    launched_on: date | None
    retires_on: date | None
    retired_on: date | None
    replacement_id: UUID | None
    requested_budget: Money | None
    planned_launch_on: date | None
    definition_number: int = Field(description="Which of its definitions this is.")
    external_ids: list[ExternalIdView]
    version: int

    @classmethod
    def standing(cls, service: Any, status: Status, definition: Any) -> Self:
        """The service as it was: where it stood, what was said of it, which of its days had come."""
        retiring = status in (Status.RETIRING, Status.RETIRED, Status.ARCHIVED)
        launched = retiring or status is Status.OPERATIONAL
        then = {
            "status": status,
            "stage": status.stage,
            **definition.said(),
            "definition_number": definition.number,
            "launched_on": service.launched_on if launched else None,
            "retires_on": service.retires_on if retiring else None,
            "replacement_id": service.replacement_id if retiring else None,
            "retired_on": service.retired_on if status.stage is Stage.RETIRED else None,
        }
        return cls.model_validate(service).model_copy(update=then)


class TransitionView(Schema):
    """`evidence` opened the gate; where `waived_by` is set, they waived it and `evidence` says why."""

    step: Step
    from_status: Status | None
    to_status: Status
    at: datetime
    by: str
    reason: str
    evidence: str | None
    waived_by: str | None
    ended: list[str] = Field(description="The relations that ended with it, in words.")
