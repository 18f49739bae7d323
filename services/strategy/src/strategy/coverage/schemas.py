"""What callers see of coverage."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.text import Day, Schema
from strategy.coverage.model import CoverageClass, SubjectKind
from strategy.known_service.model import KnownStage


class CoverageView(Schema):
    id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    coverage_class: CoverageClass
    since: Day
    version: int


class Recount(Schema):
    judged: int = Field(description="Needs and services.")


class CoveredNeed(Schema):
    """One cell of needs × offerings × services; a need that nobody serves has one row without an offering."""

    need_id: UUID
    statement: str
    weight: int = Field(description="The importance of the need.")
    opportunity_score: int | None
    offering_id: UUID | None
    offering_code: str | None
    service_id: UUID | None = Field(description="Also one of an offering that this one bundles.")
    service_code: str | None
    service_stage: KnownStage | None


class WhiteSpace(Schema):
    rank: int = Field(description="By weight, then by importance; equals share a rank.")
    need_id: UUID
    statement: str
    customer_id: UUID | None
    segment_id: UUID | None
    market_space_id: UUID | None
    importance: int
    satisfaction: int | None
    weight: int = Field(description="The opportunity score; the importance while the satisfaction is not assessed.")


class Overlap(Schema):
    rank: int
    subject_kind: SubjectKind
    subject_id: UUID
    label: str = Field(description="The statement of the need, or the code of the service.")
    offering_codes: list[str] = Field(max_length=100, description="The first 100 launched offerings.")
    offerings: int
    weight: int = Field(
        description="Of a need: importance × (offerings − 1); of a service: the importance of the needs it helps serve."
    )


class OrphanKind(StrEnum):
    SERVICE = "service"
    OFFERING = "offering"


class Orphan(Schema):
    """An operational service that no launched offering is made of, or an offering none of whose needs anybody has."""

    rank: int
    kind: OrphanKind
    id: UUID
    code: str
    name: str
    detail: str = Field(description="The kind of the service, or the status of the offering.")
    weight: int = Field(description="Of a service: 1 + its demand patterns; of an offering: the services it ties up.")
