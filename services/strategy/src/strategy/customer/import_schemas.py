"""The rows of files about customers."""

from typing import Self

from pydantic import model_validator

from chassis.money import NonNegativeAmount
from chassis.text import Code, Day, Line, Schema
from strategy.customer.model import CustomerKind
from strategy.customer.register import Called
from strategy.customer.schemas import CustomerName


class _Calling(Schema):
    source: Code | None = None
    external_id: Line | None = None
    code: Code | None = None
    name: CustomerName | None = None

    @model_validator(mode="after")
    def _is_called_something(self) -> Self:
        if (self.source is None) != (self.external_id is None):
            raise ValueError("an external_id needs its source, and a source an external_id")
        if not (self.external_id or self.code or self.name):
            raise ValueError("a customer is named by external_id, code or name")
        return self

    @property
    def called(self) -> Called:
        return Called(source=self.source, external_id=self.external_id, code=self.code, name=self.name)


class CustomerRow(_Calling):
    """Without a code the customer is the one with that external id or name, or gets a code made of them."""

    name: CustomerName
    kind: CustomerKind | None = None
    parent_code: Code | None = None


class CustomerSizeRow(_Calling):
    measure: Code
    quantity: NonNegativeAmount
    valid_from: Day
