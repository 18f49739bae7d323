"""What came in one import, and what each resource refers to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chassis.exchange import Body, Reference, ResourceRefused, read
from strategy.product_catalog.tmf620 import (
    RESOURCES,
    Catalog,
    Category,
    ProductOffering,
    ProductOfferingPrice,
    ProductResource,
    ProductSpecification,
)
from strategy.source_statement.model import ResourceKind, SourceStatement, names_of

KINDS: dict[type[ProductResource], ResourceKind] = {
    Catalog: ResourceKind.CATALOG,
    Category: ResourceKind.CATEGORY,
    ProductSpecification: ResourceKind.PRODUCT_SPECIFICATION,
    ProductOfferingPrice: ResourceKind.PRODUCT_OFFERING_PRICE,
    ProductOffering: ResourceKind.PRODUCT_OFFERING,
}
CLASSES = {kind: resource for resource, kind in KINDS.items()}
ADDRESSING = {"id", "href", "@type", "@baseType", "@schemaLocation"}
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
class Sent:
    """`position` is null for what came earlier and is read again."""

    position: int | None
    kind: ResourceKind
    external_id: str
    resource: Any
    body: Body

    @property
    def names(self) -> list[str]:
        return names_of(self.kind, external_id=self.external_id, name=self.resource.name)

    @property
    def refers_to(self) -> list[str]:
        named = references(self.resource)
        return sorted({name for kind, one in named for name in names_of(kind, external_id=one.id, name=one.name)})

    @property
    def ignored(self) -> list[str]:
        return sorted(self.body.keys() - TAKEN[type(self.resource)] - ADDRESSING)


def understood(position: int, body: Body) -> Sent:
    """A body without an id is known by its product number, or its name. ResourceRefused."""
    type_ = body.get("@type")
    if not isinstance(type_, str) or type_ not in RESOURCES:
        raise ResourceRefused.at("/@type", f"@type is one of: {', '.join(RESOURCES)}")
    resource = read(RESOURCES[type_], body)
    number = resource.product_number if isinstance(resource, ProductSpecification) else None
    kind = KINDS[type(resource)]
    return Sent(position, kind, resource.id or number or resource.name, resource, body)


def again(statement: SourceStatement) -> Sent:
    resource = read(CLASSES[statement.kind], statement.body)
    return Sent(None, statement.kind, statement.external_id, resource, statement.body)


def references(resource: ProductResource) -> Iterator[tuple[ResourceKind, Reference]]:
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
