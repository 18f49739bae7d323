"""Offerings and market spaces as resources of TMF620."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.resources import Body, valid_for
from strategy.known_service.model import KnownService
from strategy.market_space.model import MarketSpace
from strategy.offering.model import Offering
from strategy.offering.option import Option
from strategy.offering.schemas import ReshapeOffering
from strategy.product_catalog import pricing
from strategy.product_catalog.tmf620 import (
    CATEGORY_PATH,
    EXCLUSIVITY,
    LIFECYCLE_STATUS,
    OFFERING_PATH,
    SELECTABLE,
    SERVICE_PATH,
    SPECIFICATION_PATH,
)
from strategy.segment.model import Segment

# Term → the fields that say it.
OFFERING_FIELDS = {
    "name": ("name",),
    "utility": ("description",),
    "market_space_ids": ("category",),
    "bundle_codes": ("isBundle", "bundledProductOffering"),
    "service_ids": ("productSpecification",),
    "options": ("productSpecification", "productOfferingPrice"),
    **dict.fromkeys(("price", "price_basis", "price_unit", "pricing_note"), ("productOfferingPrice",)),
}
CATEGORY_FIELDS = {"name": ("name",), "description": ("description",), "parent_id": ("isRoot", "parentId")}


@dataclass
class Surroundings:
    """What an offering names, by the ids and codes it names them by. `parts` stand for the offerings of their codes,
    `segments` want the needs that an offering addresses."""

    spaces: Mapping[UUID, MarketSpace] = field(default_factory=dict)
    services: Mapping[UUID, KnownService] = field(default_factory=dict)
    parts: Mapping[str, Offering] = field(default_factory=dict)
    segments: Mapping[UUID, Sequence[Segment]] = field(default_factory=dict)


def offering_body(offering: Offering, around: Surroundings) -> Body:
    said = ReshapeOffering.model_validate(offering)
    return {
        "id": offering.code,
        "href": f"{OFFERING_PATH}/{offering.id}",
        "@type": "ProductOffering",
        "name": offering.name,
        "description": offering.utility,
        "version": str(offering.revision),
        "lifecycleStatus": LIFECYCLE_STATUS[offering.status],
        **({"statusReason": offering.withdrawal_reason} if offering.withdrawal_reason else {}),
        **valid_for(offering.launched_on, offering.withdrawn_on),
        "isBundle": bool(offering.bundle_codes),
        "bundledProductOffering": [_part(code, around.parts) for code in offering.bundle_codes],
        "category": [_space(around.spaces[id]) for id in offering.market_space_ids],
        "productSpecification": {
            "id": offering.code,
            "href": f"{SPECIFICATION_PATH}/{offering.id}",
            "name": offering.name,
            "version": str(offering.revision),
        },
        "productOfferingPrice": pricing.written(said),
        "marketSegment": [_segment(segment) for segment in around.segments.get(offering.id, ())],
        **_agreement(offering),
    }


def specification_body(offering: Offering, around: Surroundings) -> Body:
    """What the offering is made of, and what can be chosen with it."""
    options = [Option.model_validate(option) for option in offering.options]
    return {
        "id": offering.code,
        "href": f"{SPECIFICATION_PATH}/{offering.id}",
        "@type": "ProductSpecification",
        "name": offering.name,
        "productNumber": offering.code,
        "version": str(offering.revision),
        "lifecycleStatus": LIFECYCLE_STATUS[offering.status],
        "isBundle": bool(offering.bundle_codes),
        "serviceSpecification": [_service(around.services[id]) for id in offering.service_ids if id in around.services],
        "productSpecCharacteristic": [_characteristic(option, options) for option in options],
    }


def category_body(space: MarketSpace, *, parent: str | None, children: Iterable[MarketSpace]) -> Body:
    """`parent` is the id of what it lies in."""
    return {
        "id": space.code,
        "href": f"{CATEGORY_PATH}/{space.id}",
        "@type": "Category",
        "name": space.name,
        "description": space.description,
        "isRoot": space.parent_id is None,
        **({"parentId": parent} if parent else {}),
        "subCategory": [_space(child) for child in children],
    }


def _part(code: str, parts: Mapping[str, Offering]) -> Body:
    part = parts[code]
    status = LIFECYCLE_STATUS[part.status]
    return {"id": code, "href": f"{OFFERING_PATH}/{part.id}", "name": part.name, "lifecycleStatus": status}


def _space(space: MarketSpace) -> Body:
    return {"id": space.code, "href": f"{CATEGORY_PATH}/{space.id}", "name": space.name}


def _service(service: KnownService) -> Body:
    return {"id": service.code, "href": f"{SERVICE_PATH}/{service.id}", "name": service.name}


def _segment(segment: Segment) -> Body:
    return {"id": segment.code, "href": f"/strategy/v1/segments/{segment.id}", "name": segment.name}


def _agreement(offering: Offering) -> Body:
    """A link to what is promised: TMF620 names agreements and says nothing of what is in them."""
    if not any([*offering.warranty.values(), *offering.promises.values()]):
        return {}
    link = f"/strategy/v1/offerings/{offering.id}"
    return {"serviceLevelAgreement": {"id": offering.code, "href": link, "name": f"Warranty of {offering.code}"}}


def _characteristic(option: Option, options: Sequence[Option]) -> Body:
    places = {one.code: place for place, one in enumerate(options, 1)}
    names = {one.code: one.name for one in options}
    relations: list[dict[str, Any]] = [
        {"name": names[code], "charSpecSeq": places[code], "relationshipType": EXCLUSIVITY} for code in option.excludes
    ]
    return {
        "id": option.code,
        "name": option.name,
        **({"description": option.description} if option.description else {}),
        "valueType": SELECTABLE,
        "configurable": True,
        "minCardinality": 0,
        "maxCardinality": 1,
        **({"productSpecCharRelationship": relations} if relations else {}),
    }
