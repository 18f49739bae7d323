"""What callers send and see of dependencies."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.text import Line, Schema
from portfolio.service.terms import Criticality, Status


class DeclareDependency(Schema):
    service_id: UUID = Field(description="The service that uses the other one.")
    uses_id: UUID
    kind: Line | None = Field(default=None, description="In what way, in the organization's own words.")
    criticality: Criticality | None = Field(default=None, description="Null: not assessed.")


class DependencyView(DeclareDependency):
    id: UUID
    version: int


class ImpactDirection(StrEnum):
    USERS = "users"
    USED = "used"


class Dependant(Schema):
    """`path` leads from the service that is asked about to this one, which comes last; `distance` is its length."""

    service_id: UUID
    code: str
    name: str
    status: Status
    distance: int
    path: list[UUID]


class ImpactView(Schema):
    """The services that were found, each once, on a shortest path; `total` counts those of all pages."""

    service_id: UUID
    total: int
    dependants: list[Dependant]
    next_cursor: str | None
