"""What came in one import of a service catalog."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.exchange import ResourceRefused, read
from chassis.resources import Body, Reference, spoken
from chassis.taking import Sent
from portfolio.service.terms import Stage
from portfolio.service_specification.tmf633 import (
    DEPENDENCY,
    REJECTED,
    RESOURCES,
    STAGES,
    ServiceCandidate,
    ServiceSpecification,
)
from portfolio.source_statement.model import ResourceKind

KINDS: dict[type[Any], ResourceKind] = {
    ServiceSpecification: ResourceKind.SERVICE_SPECIFICATION,
    ServiceCandidate: ResourceKind.SERVICE_CANDIDATE,
}
TAKEN: dict[type[Any], set[str]] = {
    ServiceSpecification: {"name", "description", "lifecycleStatus", "relatedParty", "serviceSpecRelationship"},
    ServiceCandidate: {"category", "serviceSpecification"},
}


@dataclass(frozen=True)
class SentService(Sent):
    kind: ResourceKind

    @property
    def stage(self) -> Stage:
        return _stage(self.resource)

    @property
    def starts_on(self) -> date | None:
        start = self.resource.valid_for and self.resource.valid_for.start_date_time
        return start.date() if start else None

    @property
    def ends_on(self) -> date | None:
        end = self.resource.valid_for and self.resource.valid_for.end_date_time
        return end.date() if end else None

    @property
    def speaks_of_dependencies(self) -> bool:
        return isinstance(self.resource, ServiceSpecification) and self.resource.service_spec_relationship is not None

    def uses(self) -> Iterator[tuple[int, Reference]]:
        """What it depends on, each with its place among the relationships."""
        if isinstance(self.resource, ServiceSpecification):
            for at, one in enumerate(self.resource.service_spec_relationship or ()):
                if spoken(one.relationship_type) == DEPENDENCY:
                    yield at, one

    def references(self) -> Iterator[Reference]:
        yield from (one for _, one in self.uses())
        if isinstance(self.resource, ServiceCandidate) and self.resource.service_specification:
            yield self.resource.service_specification


def understood(position: int, body: Body) -> SentService:
    """A body without an id is known by its name. ResourceRefused."""
    type_ = body.get("@type")
    if not isinstance(type_, str) or type_ not in RESOURCES:
        raise ResourceRefused.at("/@type", f"@type is one of: {', '.join(RESOURCES)}")
    resource = read(RESOURCES[type_], body)
    if spoken(resource.lifecycle_status) == REJECTED:
        raise ResourceRefused.at("/lifecycleStatus", "it is turned down there, so there is nothing to take over")
    effective = TAKEN[type(resource)] | (set() if _stage(resource) is Stage.PIPELINE else {"validFor"})
    kind = KINDS[type(resource)]
    return SentService(position, kind, resource.id or resource.name, resource, body, frozenset(effective))


def _stage(resource: Any) -> Stage:
    return STAGES.get(spoken(resource.lifecycle_status), Stage.PIPELINE)
