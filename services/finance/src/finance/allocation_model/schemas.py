"""What callers send and see of allocation models."""

from datetime import date
from uuid import UUID

from pydantic import Field, field_validator

from chassis.text import Code, Line, Schema
from finance.cost_object.selection import Selection
from finance.ledger.costs import CostBasis


class CostPool(Schema):
    """The cost of its sources, taken as one sum, goes to its targets in proportion to their driver quantities."""

    code: Code
    sources: Selection
    targets: Selection
    driver: Code
    basis: CostBasis = CostBasis.GROSS


class ReviseAllocationModel(Schema):
    effective_from: date
    pools: list[CostPool] = Field(min_length=1, max_length=1000)

    @field_validator("pools")
    @classmethod
    def distinct(cls, pools: list[CostPool]) -> list[CostPool]:
        if len({pool.code for pool in pools}) < len(pools):
            raise ValueError("each pool needs a code of its own")
        return pools


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
    pools: list[CostPool]
