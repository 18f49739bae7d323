"""What callers send and see of drivers."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import NonNegativeAmount
from chassis.text import Code, Line, Schema
from finance.driver.model import DriverKind, TargetKind


class DescribeDriver(Schema):
    name: Line
    unit: Line


class DefineDriver(DescribeDriver):
    code: Code
    kind: DriverKind = DriverKind.LEVEL


class DriverView(Schema):
    id: UUID
    code: str
    name: str
    unit: str
    kind: DriverKind
    version: int


class QuantityView(Schema):
    target_id: UUID
    target_kind: TargetKind
    valid_from: date
    quantity: NonNegativeAmount


class QuantityRow(Schema):
    """A row of a file of driver quantities: of a cost object, or of a consumer by its code or its name."""

    driver: Code
    cost_object: Code | None = None
    consumer: Line | None = None
    valid_from: date
    quantity: NonNegativeAmount = Field(description="In the unit of the driver.")

    @model_validator(mode="after")
    def one_target(self) -> Self:
        if (self.cost_object is None) == (self.consumer is None):
            raise ValueError("name a cost object or a consumer, and only one of them")
        return self
