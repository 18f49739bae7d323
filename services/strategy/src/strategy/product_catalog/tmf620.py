"""The parts of TM Forum's TMF620 v4.1 that strategy reads and writes."""

from typing import Annotated

from pydantic import Field

from chassis.money import Currency
from chassis.resources import Link, Part, Reference, RelatedParty, Resource, VersionedReference
from chassis.text import Line, Prose
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import PriceBasis

OFFERING_PATH, SPECIFICATION_PATH, CATEGORY_PATH = (
    f"/strategy/v1/{noun}" for noun in ("product-offerings", "product-specifications", "product-categories")
)
SERVICE_PATH = "/portfolio/v1/service-specifications"

# The whole table of lifecycles. What comes from elsewhere begins here as a draft, whatever it is there.
LIFECYCLE_STATUS = {
    OfferingStatus.DRAFT: "In study",
    OfferingStatus.PROPOSED: "In design",
    OfferingStatus.APPROVED: "Active",
    OfferingStatus.LAUNCHED: "Launched",
    OfferingStatus.WITHDRAWN: "Retired",
    OfferingStatus.SUPERSEDED: "Obsolete",
}
UNDERWAY, ENDED = {"instudy", "indesign", "intest"}, {"rejected", "retired", "obsolete"}

PRICE_TYPES = {
    PriceBasis.NO_CHARGE: "noCharge",
    PriceBasis.FLAT: "flat",
    PriceBasis.PER_UNIT: "usage",
    PriceBasis.COST_PLUS: "costPlus",
}
PERIODS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}

SELECTABLE, EXCLUSIVITY = "boolean", "exclusivity"


class Catalog(Resource):
    category: Annotated[list[Reference], Field(max_length=500)] | None = None
    related_party: Annotated[list[RelatedParty], Field(max_length=100)] | None = None


class Category(Resource):
    is_root: bool | None = None
    parent_id: Line | None = None
    sub_category: Annotated[list[Reference], Field(max_length=500)] | None = None


class CharacteristicRelationship(Part):
    id: Line | None = None
    name: Line | None = None
    char_spec_seq: int | None = None
    relationship_type: Line | None = None


class ProductSpecificationCharacteristic(Part):
    id: Line | None = None
    name: Line | None = None
    description: Prose | None = None
    value_type: Line | None = None
    configurable: bool | None = None
    min_cardinality: int | None = None
    max_cardinality: int | None = None
    product_spec_char_relationship: Annotated[list[CharacteristicRelationship], Field(max_length=100)] | None = None


class ProductSpecification(Resource):
    product_number: Line | None = None
    is_bundle: bool | None = None
    service_specification: Annotated[list[VersionedReference], Field(max_length=100)] | None = None
    product_spec_characteristic: Annotated[list[ProductSpecificationCharacteristic], Field(max_length=200)] | None = (
        None
    )


class MoneyValue(Part):
    unit: Currency
    value: int | float


class PriceValue(Part):
    """An amount as it stands in a price of its own, or free of duty in one within its offering."""

    unit: Currency | None = None
    value: int | float | None = None
    duty_free_amount: MoneyValue | None = None


class Quantity(Part):
    amount: int | float | None = None
    units: Line | None = None


class CharacteristicUse(Part):
    id: Line | None = None
    name: Line | None = None


class PriceTerms(Part):
    """What a price says, whether it is a resource of its own or part of an offering."""

    id: Line | None = None
    href: Link | None = None
    name: Line | None = None
    description: Prose | None = None
    type: Line | None = Field(default=None, alias="@type")
    price_type: Line | None = None
    recurring_charge_period: Line | None = None
    recurring_charge_period_type: Line | None = None
    recurring_charge_period_length: int | None = None
    price: PriceValue | None = None
    unit_of_measure: Quantity | None = None
    prod_spec_char_value_use: Annotated[list[CharacteristicUse], Field(max_length=100)] | None = None


class ProductOfferingPrice(PriceTerms, Resource):
    name: Line
    product_offering: Reference | None = None


class ProductOffering(Resource):
    is_bundle: bool | None = None
    status_reason: Prose | None = None
    category: Annotated[list[VersionedReference], Field(max_length=100)] | None = None
    bundled_product_offering: Annotated[list[Reference], Field(max_length=50)] | None = None
    product_specification: VersionedReference | None = None
    product_offering_price: Annotated[list[PriceTerms], Field(max_length=200)] | None = None
    market_segment: Annotated[list[Reference], Field(max_length=500)] | None = None
    service_level_agreement: Reference | None = None


RESOURCES: dict[str, type[Resource]] = {
    kind.__name__: kind for kind in (Catalog, Category, ProductSpecification, ProductOfferingPrice, ProductOffering)
}
