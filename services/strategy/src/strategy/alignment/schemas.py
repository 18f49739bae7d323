"""What callers send and see of alignments."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.money import NonNegativeAmount
from chassis.text import Day, Prose, Schema
from strategy.figures import Share
from strategy.initiative.lifecycle import InitiativeStatus
from strategy.known_service.model import KnownStage


class JudgeAlignment(Schema):
    strength: Share = Field(description="From 0 (does not serve it) to 1 (serves it fully).")
    ends_on: Day | None = Field(default=None, description="The first day on which it does not hold any more.")
    note: Prose = ""


class LinkAlignment(JudgeAlignment):
    objective_id: UUID
    service_id: UUID | None = Field(default=None, description="Either this, an offering, or an initiative.")
    offering_id: UUID | None = None
    initiative_id: UUID | None = None
    starts_on: Day


class AlignmentView(Schema):
    id: UUID
    objective_id: UUID
    service_id: UUID | None
    offering_id: UUID | None
    initiative_id: UUID | None
    strength: NonNegativeAmount
    note: str
    starts_on: Day
    ends_on: Day | None
    version: int


class Target(StrEnum):
    SERVICE = "service"
    OFFERING = "offering"
    INITIATIVE = "initiative"


class AlignmentScoreView(Schema):
    """`score` = `weighted` / `weight`, to six decimals; null where no objective in force has a weight."""

    id: UUID
    code: str
    name: str
    score: NonNegativeAmount | None
    weighted: NonNegativeAmount = Field(description="Σ weight·strength over the objectives that it is linked to.")
    weight: NonNegativeAmount = Field(description="Σ weight over all objectives in force.")
    objectives: int


class ObjectiveCoverageView(Schema):
    """What serves an objective, or any objective below it. Active: approved and not ended, funded: and with funding."""

    objective_id: UUID
    code: str
    name: str
    weight: NonNegativeAmount
    services: int
    offerings: int
    initiatives: int
    active: int
    funded: int


class PathView(Schema):
    objective_id: UUID
    objective_code: str
    objective_parent_id: UUID | None
    strength: NonNegativeAmount
    initiative_id: UUID | None
    initiative_code: str | None
    initiative_status: InitiativeStatus | None
    offering_id: UUID | None
    offering_code: str | None
    service_id: UUID | None
    service_code: str | None
    service_stage: KnownStage | None
    cost_link: str | None = Field(description="Where finance shows what the service costs; null without a service.")


class PathsView(Schema):
    """`total` counts also those beyond the limit."""

    as_of: Day
    total: int
    paths: list[PathView]
