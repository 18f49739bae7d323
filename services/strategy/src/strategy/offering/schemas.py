"""What callers send and see of offerings."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from chassis.money import Money
from chassis.text import NO_NUL, Code, Day, Line, Prose, Schema
from strategy.offering.model import OfferingStatus, Proposition


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise ValueError("an id is named more than once")
    return ids


Ids = Annotated[list[UUID], Field(max_length=100), AfterValidator(_each_once)]
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
    launched_on: Day | None
    withdrawn_on: Day | None = Field(description="Also the day on which a later revision took its place.")
    withdrawal_reason: str
    version: int
