"""What came in one import, and what each resource refers to."""

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.exchange import ResourceRefused, read
from chassis.resources import Body, Reference, Resource
from chassis.taking import Sent
from chassis.text import CODE
from strategy.customer.naming import MAX_CODE, code_for
from strategy.product_catalog.tmf620 import (
    RESOURCES,
    Catalog,
    Category,
    ProductOffering,
    ProductOfferingPrice,
    ProductSpecification,
)
from strategy.source_statement.model import ResourceKind, SourceStatement, names_of

KINDS: dict[type[Resource], ResourceKind] = {
    Catalog: ResourceKind.CATALOG,
    Category: ResourceKind.CATEGORY,
    ProductSpecification: ResourceKind.PRODUCT_SPECIFICATION,
    ProductOfferingPrice: ResourceKind.PRODUCT_OFFERING_PRICE,
    ProductOffering: ResourceKind.PRODUCT_OFFERING,
}
CLASSES = {kind: resource for resource, kind in KINDS.items()}
TAKEN: dict[type[Any], set[str]] = {
    Catalog: {"name", "description", "category", "relatedParty"},
    Category: {"name", "description", "isRoot", "parentId"},
    ProductSpecification: {"name", "productNumber", "serviceSpecification", "productSpecCharacteristic"},
    ProductOfferingPrice: {
        *("name", "description", "priceType", "price", "unitOfMeasure", "prodSpecCharValueUse", "productOffering"),
        *("recurringChargePeriod", "recurringChargePeriodType", "recurringChargePeriodLength"),
    },
    ProductOffering: {
        *("name", "description", "lifecycleStatus", "category", "isBundle", "bundledProductOffering"),
        *("productSpecification", "productOfferingPrice"),
    },
}


@dataclass(frozen=True)
class SentProduct(Sent):
    kind: ResourceKind

    @property
    def names(self) -> list[str]:
        return names_of(self.kind, external_id=self.external_id, name=self.resource.name)

    @property
    def refers_to(self) -> list[str]:
        named = references(self.resource)
        return sorted({name for kind, one in named for name in names_of(kind, external_id=one.id, name=one.name)})

    def free_code(self, taken: Collection[str]) -> str:
        """The id that it came with, where that is a code, else made of its name; with a number where it is taken."""
        is_code = len(self.external_id) <= MAX_CODE and re.fullmatch(CODE, self.external_id)
        stem = code = self.external_id if is_code else code_for(self.resource.name) or "imported"
        number = 1
        while code in taken:
            number += 1
            ending = f"-{number}"
            code = stem[: MAX_CODE - len(ending)] + ending
        return code


def understood(position: int, body: Body) -> SentProduct:
    """A body without an id is known by its product number, or its name. ResourceRefused."""
    type_ = body.get("@type")
    if not isinstance(type_, str) or type_ not in RESOURCES:
        raise ResourceRefused.at("/@type", f"@type is one of: {', '.join(RESOURCES)}")
    resource = read(RESOURCES[type_], body)
    number = resource.product_number if isinstance(resource, ProductSpecification) else None
    return _sent(position, resource.id or number or resource.name, resource, body)


def again(statement: SourceStatement) -> SentProduct:
    return _sent(None, statement.external_id, read(CLASSES[statement.kind], statement.body), statement.body)


def _sent(position: int | None, external_id: str, resource: Resource, body: Body) -> SentProduct:
    kind, effective = KINDS[type(resource)], frozenset(TAKEN[type(resource)])
    return SentProduct(position, kind, external_id, resource, body, effective)


def references(resource: Resource) -> Iterator[tuple[ResourceKind, Reference]]:
    match resource:
        case Catalog():
            yield from ((ResourceKind.CATEGORY, one) for one in resource.category or ())
        case Category(parent_id=str(parent)):
            yield ResourceKind.CATEGORY, Reference(id=parent)
        case ProductOfferingPrice(product_offering=Reference() as named):
            yield ResourceKind.PRODUCT_OFFERING, named
        case ProductOffering():
            yield from _of_offering(resource)
        case _:
            pass


def _of_offering(offering: ProductOffering) -> Iterator[tuple[ResourceKind, Reference]]:
    yield from ((ResourceKind.CATEGORY, one) for one in offering.category or ())
    yield from ((ResourceKind.PRODUCT_OFFERING, one) for one in offering.bundled_product_offering or ())
    if offering.product_specification:
        yield ResourceKind.PRODUCT_SPECIFICATION, offering.product_specification
    for price in offering.product_offering_price or ():
        yield ResourceKind.PRODUCT_OFFERING_PRICE, Reference(id=price.id, href=price.href, name=price.name)


def named_first(sent: Sequence[SentProduct]) -> Iterator[SentProduct]:
    """None before those among them that it names. Those that name one another come last."""
    places = {name: at for at, one in enumerate(sent) for name in one.names}
    waits = [_named(one, places) - {at} for at, one in enumerate(sent)]
    named_by: dict[int, list[int]] = {}
    for at, parts in enumerate(waits):
        for part in parts:
            named_by.setdefault(part, []).append(at)
    ready = deque(at for at, parts in enumerate(waits) if not parts)
    left = dict(enumerate(sent))
    while ready:
        yield left.pop(at := ready.popleft())
        for above in named_by.get(at, ()):
            waits[above].discard(at)
            if not waits[above]:
                ready.append(above)
    yield from left.values()


def _named(sent: SentProduct, places: Mapping[str, int]) -> set[int]:
    found: set[int] = set()
    for kind, one in references(sent.resource):
        names = names_of(kind, external_id=one.id, name=one.name)
        found |= {places[name] for name in [name for name in names if name in places][:1]}
    return found
