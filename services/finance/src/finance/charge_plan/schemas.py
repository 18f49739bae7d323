"""What callers send and see of charge plans."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.text import Code, Line, Schema
from finance.charge_plan.model import ChargeBasis, ChargeMode
from finance.cost_object.selection import Selection


class DefineChargePlan(Schema):
    code: Code
    name: Line
    mode: ChargeMode = ChargeMode.SHOWBACK
    cost_objects: Selection
    driver: Code | None = Field(default=None, description="Without one: subscribed quantity × days.")
    basis: ChargeBasis = ChargeBasis.GROSS
    allocation_model: Code | None = Field(
        default=None, description="Whose full cost is charged with basis full, and that of cost-plus prices."
    )
    price_book: Code | None = Field(default=None, description="For basis prices only.")

    @model_validator(mode="after")
    def full_cost_has_a_model(self) -> Self:
        if self.basis == ChargeBasis.PRICES:
            return self
        if (self.basis == ChargeBasis.FULL) != (self.allocation_model is not None):
            raise ValueError("name an allocation model with basis full, and only then or with basis prices")
        return self

    @model_validator(mode="after")
    def prices_have_a_book(self) -> Self:
        if (self.basis == ChargeBasis.PRICES) != (self.price_book is not None):
            raise ValueError("name a price book with basis prices, and only then")
        if self.price_book and self.driver:
            raise ValueError("prices are charged by usage and subscriptions, not by a driver")
        return self


class ChargePlanView(Schema):
    id: UUID
    code: str
    name: str
    mode: ChargeMode
    cost_objects: Selection
    driver_id: UUID | None
    basis: ChargeBasis
    allocation_model_id: UUID | None
    price_book_id: UUID | None
    version: int
