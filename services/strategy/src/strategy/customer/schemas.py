"""What callers send and see of customers."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.money import NonNegativeAmount
from chassis.text import Code, Day, Line, Schema
from strategy.customer.model import CustomerKind
from strategy.customer.naming import MAX_NORMALIZED, normalized


def _comparable(name: str) -> str:
    if not 1 <= len(normalized(name)) <= MAX_NORMALIZED:
        raise ValueError("a name needs visible characters, and no ligatures that stand for whole sentences")
    return name


CustomerName = Annotated[Line, AfterValidator(_comparable)]


class ExternalId(Schema):
    """What another system calls the customer."""

    source: Code
    external_id: Line


class ChangeCustomer(Schema):
    name: CustomerName
    kind: CustomerKind


class RegisterCustomer(ChangeCustomer):
    code: Code
    parent_id: UUID | None = None
    external_ids: list[ExternalId] = Field(default=[], max_length=50)


class MoveCustomer(Schema):
    under: UUID | None = Field(description="The new parent; null makes it a root.")


class MergeCustomer(Schema):
    survivor_id: UUID = Field(description="The customer that lives on.")


class ExternalIdView(ExternalId):
    inherited: bool = Field(description="Came from a customer that was merged into this one.")


class CustomerView(Schema):
    id: UUID
    code: str
    name: str
    kind: CustomerKind
    parent_id: UUID | None
    merged_into: UUID | None = Field(description="The customer that lives on in its place; null while it lives itself.")
    external_ids: list[ExternalIdView]
    version: int


class StateSize(Schema):
    quantity: NonNegativeAmount


class CustomerSizeView(Schema):
    """Valid from that day until the next size by the same measure."""

    customer_id: UUID
    measure: str
    valid_from: Day
    quantity: NonNegativeAmount
