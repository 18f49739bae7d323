"""Services as resources of TMF633."""

from dataclasses import dataclass, field
from uuid import UUID

from chassis.resources import Body, valid_for
from portfolio.service.model import Service
from portfolio.service_level.model import ServiceLevel
from portfolio.service_specification.tmf633 import (
    CANDIDATE_PATH,
    DEPENDENCY,
    LIFECYCLE_STATUS,
    OWNER,
    SPECIFICATION_PATH,
    SUBSTITUTION,
    TYPES,
)

# Term → the fields that say it.
FIELDS = {
    "name": ("name",),
    "description": ("description",),
    "kind": ("@type", "@baseType"),
    "owner": ("relatedParty",),
    "used": ("serviceSpecRelationship",),
    "tags": ("category",),
}


@dataclass
class Surroundings:
    """By the id of the service: what it uses, its promises, what replaces it."""

    uses: dict[UUID, list[Service]] = field(default_factory=dict)
    levels: dict[UUID, list[ServiceLevel]] = field(default_factory=dict)
    replacements: dict[UUID, Service] = field(default_factory=dict)


def specification_body(service: Service, around: Surroundings) -> Body:
    relations = [_relation(used, DEPENDENCY) for used in around.uses.get(service.id, ())]
    if service.replacement_id and service.replacement_id in around.replacements:
        relations.append(_relation(around.replacements[service.replacement_id], SUBSTITUTION))
    return {
        **_named(service, SPECIFICATION_PATH),
        "@type": TYPES[service.kind],
        "@baseType": "ServiceSpecification",
        "description": service.description,
        "isBundle": False,
        **({"relatedParty": [_owner(service.owner)]} if service.owner else {}),
        "serviceSpecRelationship": relations,
        "serviceLevelSpecification": [_level(level) for level in around.levels.get(service.id, ())],
    }


def candidate_body(service: Service) -> Body:
    """The service as it can be ordered: its tags are its categories."""
    return {
        **_named(service, CANDIDATE_PATH),
        "@type": "ServiceCandidate",
        "category": [{"id": tag, "name": tag} for tag in service.tags],
        "serviceSpecification": {**_reference(service), "version": str(service.definition_number)},
    }


def _named(service: Service, path: str) -> Body:
    return {
        "id": service.code,
        "href": f"{path}/{service.id}",
        "name": service.name,
        "version": str(service.definition_number),
        "lifecycleStatus": LIFECYCLE_STATUS[service.status],
        **valid_for(service.launched_on, service.retired_on or service.retires_on),
    }


def _owner(name: str) -> Body:
    """TMF633 asks what kind of party it is, which nobody has said."""
    return {"id": name, "name": name, "role": OWNER, "@referredType": "Party"}


def _reference(service: Service) -> Body:
    return {"id": service.code, "href": f"{SPECIFICATION_PATH}/{service.id}", "name": service.name}


def _relation(service: Service, relation: str) -> Body:
    return {**_reference(service), "relationshipType": relation}


def _level(level: ServiceLevel) -> Body:
    return {"id": str(level.id), "href": f"/portfolio/v1/service-levels/{level.id}", "name": level.name}
