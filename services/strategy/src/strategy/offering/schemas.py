"""What callers send and see of offerings."""

from typing import Annotated, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chassis.money import Money
from chassis.text import NO_NUL, Code, Day, Line, Prose, Schema
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import PriceBasis, Proposition
from strategy.offering.option import Option, must_fit
from strategy.offering.promises import Promises

T = TypeVar("T", UUID, str)


def _each_once(ids: list[T]) -> list[T]:
    if len(set(ids)) < len(ids):
        raise ValueError("one is named more than once")
    return ids


Ids = Annotated[list[UUID], Field(max_length=100), AfterValidator(_each_once)]
Codes = Annotated[list[Code], Field(max_length=50), AfterValidator(_each_once)]
Sentences = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)]


class Warranty(Schema):
    """What is promised about how the service is delivered; empty where nothing is promised."""

    availability: Prose = ""
    capacity: Prose = ""
    continuity: Prose = ""
    security: Prose = ""


class ReshapeOffering(Schema):
    name: Line
    utility: Prose = Field(description="What it does for the customer.")
    warranty: Warranty = Warranty()
    need_ids: Ids = Field(default=[], description="The needs that it addresses.")
    service_ids: Ids = Field(default=[], description="The services that it is made of.")
    market_space_ids: Ids = Field(default=[])
    price: Money | None = Field(default=None, description="The intended price; null while it is not a number.")
    pricing_note: Prose = Field(default="", description="How it is to be priced, in words.")
    price_basis: PriceBasis | None = Field(default=None, description="What the price is for; null while open.")
    price_unit: Line | None = Field(default=None, description="Of a price per unit, such as: seat and month.")
    promises: Promises = Field(default=Promises(), description="What of the warranty can be measured.")
    options: list[Option] = Field(default=[], max_length=50, description="What can be chosen with it.")
    bundle_codes: Codes = Field(default=[], description="The offerings that it bundles, whatever their revision.")

    @model_validator(mode="after")
    def _is_priced_and_optioned_in_one_way(self) -> Self:
        if (self.price_basis is PriceBasis.PER_UNIT) != (self.price_unit is not None):
            raise ValueError("a price per unit, and only that, names its unit")
        if self.price_basis is PriceBasis.NO_CHARGE and self.price is not None:
            raise ValueError("what is offered without charge has no price")
        must_fit(self.options, currency=self.price.currency if self.price else None)
        return self

    @property
    def proposition(self) -> Proposition:
        return Proposition(
            name=self.name,
            utility=self.utility,
            warranty=self.warranty.model_dump(),
            need_ids=self.need_ids,
            service_ids=self.service_ids,
            market_space_ids=self.market_space_ids,
            price=self.price,
            pricing_note=self.pricing_note,
            price_basis=self.price_basis,
            price_unit=self.price_unit,
            promises=self.promises.model_dump(mode="json"),
            options=[option.model_dump(mode="json") for option in self.options],
            bundle_codes=self.bundle_codes,
        )


class DraftOffering(ReshapeOffering):
    code: Code


class WithdrawOffering(Schema):
    reason: Sentences


class WarrantyView(Schema):
    availability: str
    capacity: str
    continuity: str
    security: str


class OfferingView(Schema):
    id: UUID
    code: str
    revision: int
    status: OfferingStatus
    name: str
    utility: str
    warranty: WarrantyView
    need_ids: list[UUID]
    service_ids: list[UUID]
    market_space_ids: list[UUID]
    price: Money | None
    pricing_note: str
    price_basis: PriceBasis | None
    price_unit: str | None
    promises: Promises
    options: list[Option]
    bundle_codes: list[str]
    launched_on: Day | None
    withdrawn_on: Day | None = Field(description="Also the day on which a later revision took its place.")
    withdrawal_reason: str
    version: int
