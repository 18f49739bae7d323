"""The parts of TM Forum's TMF633 v4 that the portfolio reads and writes, and its words for where a service stands."""

from typing import Annotated

from pydantic import Field

from chassis.resources import Reference, RelatedParty, Resource, VersionedReference
from chassis.text import Line
from portfolio.service.terms import Kind, Stage, Status

SPECIFICATION_PATH, CANDIDATE_PATH = (
    f"/portfolio/v1/{noun}" for noun in ("service-specifications", "service-candidates")
)

# The whole table of lifecycles. What comes in joins in the stage where it stands, like services from files.
LIFECYCLE_STATUS = {
    Status.PROPOSED: "In study",
    Status.DEFINED: "In study",
    Status.ON_HOLD: "In study",
    Status.ANALYZED: "In design",
    Status.APPROVED: "In design",
    Status.CHARTERED: "In design",
    Status.IN_DEVELOPMENT: "In test",
    Status.OPERATIONAL: "Launched",
    Status.RETIRING: "Launched",
    Status.RETIRED: "Retired",
    Status.ARCHIVED: "Obsolete",
    Status.REJECTED: "Rejected",
    Status.WITHDRAWN: "Rejected",
}
REJECTED = "rejected"
STAGES = {
    **dict.fromkeys(("instudy", "indesign", "intest"), Stage.PIPELINE),
    **dict.fromkeys(("active", "launched"), Stage.CATALOG),
    **dict.fromkeys(("retired", "obsolete"), Stage.RETIRED),
}
KINDS = {
    "CustomerFacingServiceSpecification": Kind.CUSTOMER_FACING,
    "ResourceFacingServiceSpecification": Kind.SUPPORTING,
}
TYPES = {kind: type_ for type_, kind in KINDS.items()}
OWNER, DEPENDENCY, SUBSTITUTION = "owner", "dependency", "substitution"


class ServiceSpecRelationship(Reference):
    relationship_type: Line


class ServiceSpecification(Resource):
    is_bundle: bool | None = None
    related_party: Annotated[list[RelatedParty], Field(max_length=100)] | None = None
    service_spec_relationship: Annotated[list[ServiceSpecRelationship], Field(max_length=500)] | None = None
    service_level_specification: Annotated[list[Reference], Field(max_length=500)] | None = None


class ServiceCandidate(Resource):
    category: Annotated[list[Reference], Field(max_length=100)] | None = None
    service_specification: VersionedReference | None = None


RESOURCES: dict[str, type[Resource]] = {
    "ServiceSpecification": ServiceSpecification,
    **dict.fromkeys(KINDS, ServiceSpecification),
    "ServiceCandidate": ServiceCandidate,
}
