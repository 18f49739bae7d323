"""What callers send and see of allocation models."""

from collections.abc import Iterator
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import NonNegativeAmount, PositiveAmount
from chassis.text import Code, Day, Line, Schema
from finance.allocation_model.model import AllocationMethod, IdleCapacity, SharedBy
from finance.cost_object.selection import Selection
from finance.ledger.costs import CostBasis

MOST_LAYERS, MOST_POOLS, MODEL_BODY_BYTES = 20, 2_000, 16 << 20


class Sources(Selection):
    """With natures only their own cost of these account natures; otherwise all that they have, received cost too."""

    natures: list[Line] = Field(default=[], max_length=1000)

    @model_validator(mode="after")
    def somebody(self) -> Self:
        if not (self.codes or self.kinds):
            raise ValueError("name cost objects by codes or by kinds")
        return self


class Targets(Selection):
    """Cost objects, or consumers in the last layer. Who has ended before the range begins receives nothing."""

    consumers: list[Code] = Field(default=[], max_length=10_000)
    every_consumer: bool = False

    @property
    def to_consumers(self) -> bool:
        return bool(self.consumers or self.every_consumer)

    @model_validator(mode="after")
    def cost_objects_or_consumers(self) -> Self:
        if bool(self.codes or self.kinds) == self.to_consumers:
            raise ValueError("name either cost objects, by codes or by kinds, or consumers")
        return self


class CostPool(Schema):
    """The cost of its sources, taken as one sum, goes to its targets in proportion to what they use.

    With a capacity, the part that nobody uses is idle, and `idle` says what becomes of its cost.
    """

    code: Code
    sources: Sources
    targets: Targets
    by: SharedBy = SharedBy.MEASURED
    driver: Code | None = Field(default=None, description="For `measured` only.")
    parts: dict[Code, NonNegativeAmount] = Field(
        default={}, max_length=10_000, description="For `fixed` only: the parts of targets, by their codes."
    )
    basis: CostBasis = CostBasis.GROSS
    capacity: PositiveAmount | None = Field(default=None, description="In units of the driver, or in parts.")
    idle: IdleCapacity = IdleCapacity.LEAVE
    idle_to: Code | None = Field(default=None, description="The cost object that idle cost is shown on.")

    @model_validator(mode="after")
    def driver_fits(self) -> Self:
        if (self.by == SharedBy.MEASURED) != (self.driver is not None):
            raise ValueError("name a driver when shares are measured, and only then")
        if (self.by == SharedBy.FIXED) != bool(self.parts):
            raise ValueError("give parts when shares are fixed, and only then")
        if self.by == SharedBy.SPEND and self.targets.to_consumers:
            raise ValueError("consumers have no spend of their own: share by something else")
        return self

    @model_validator(mode="after")
    def idle_fits(self) -> Self:
        if (self.idle == IdleCapacity.SHOW) != (self.idle_to is not None):
            raise ValueError("name the cost object that idle cost is shown on when it is shown, and only then")
        if self.idle != IdleCapacity.LEAVE and self.capacity is None:
            raise ValueError("only a pool with a capacity has idle cost")
        return self


class Layer(Schema):
    """Its pools find on their sources what earlier layers gave to them. For step-down their order counts."""

    code: Code
    method: AllocationMethod
    pools: list[CostPool] = Field(min_length=1, max_length=MOST_POOLS)


class ReviseAllocationModel(Schema):
    """Give either layers or, for one layer by the direct method, its pools."""

    effective_from: Day
    layers: list[Layer] = Field(default=[], max_length=MOST_LAYERS)
    pools: list[CostPool] = Field(default=[], max_length=MOST_POOLS)

    @property
    def stated(self) -> list[Layer]:
        return self.layers or [Layer(code="direct", method=AllocationMethod.DIRECT, pools=self.pools)]

    def each_pool(self) -> Iterator[CostPool]:
        return (pool for layer in self.stated for pool in layer.pools)

    @model_validator(mode="after")
    def layers_or_pools(self) -> Self:
        if bool(self.layers) == bool(self.pools):
            raise ValueError("give either layers or pools")
        return self

    @model_validator(mode="after")
    def distinct(self) -> Self:
        codes = [pool.code for pool in self.each_pool()]
        if len(set(codes)) < len(codes) or len({layer.code for layer in self.stated}) < len(self.stated):
            raise ValueError("each layer and each pool of the revision needs a code of its own")
        return self

    @model_validator(mode="after")
    def consumers_come_last(self) -> Self:
        if any(pool.targets.to_consumers for layer in self.stated[:-1] for pool in layer.pools):
            raise ValueError("only the last layer can have consumers as its targets")
        return self


class DefineAllocationModel(ReviseAllocationModel):
    code: Code
    name: Line


class AllocationModelView(Schema):
    id: UUID
    code: str
    name: str
    revision: int
    version: int


class AllocationRevisionView(Schema):
    number: int
    effective_from: date
    layers: list[Layer]
