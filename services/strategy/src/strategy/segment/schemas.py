"""What callers send and see of segments."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import NonNegativeAmount
from chassis.text import Code, Day, Line, Prose, Schema
from strategy.customer.model import CustomerKind
from strategy.customer.schemas import CustomerName
from strategy.segment.model import SegmentBasis

Ids = Annotated[list[UUID], Field(max_length=100)]


class SizeBetween(Schema):
    """A size of at least the one number and less than the other; a customer that was not measured is in no range."""

    measure: Code
    at_least: NonNegativeAmount | None = None
    less_than: NonNegativeAmount | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.at_least is None and self.less_than is None:
            raise ValueError("give at_least, less_than, or both")
        return self


class Rule(Schema):
    """A customer that all given conditions hold for. Of several values any one suffices, of sizes all must hold."""

    kinds: list[CustomerKind] = Field(default=[], max_length=10)
    below: Ids = Field(default=[], description="One of these customers, or anywhere below it in the tree.")
    sizes: list[SizeBetween] = Field(default=[], max_length=10)
    sources: list[Code] = Field(default=[], max_length=20, description="Systems that have an id for the customer.")
    name_parts: list[CustomerName] = Field(default=[], max_length=20, description="In any case and spelling.")
    besides: Ids = Field(default=[], description="Customers that do not belong although all conditions hold for them.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.kinds or self.below or self.sizes or self.sources or self.name_parts):
            raise ValueError("a rule has at least one condition")
        return self


class DescribeSegment(Schema):
    name: Line
    description: Prose = ""
    market_space_id: UUID


class DefineSegment(DescribeSegment):
    code: Code
    basis: SegmentBasis
    rule: Rule | None = Field(default=None, description="Needed for a segment by rule.")
    valid_from: Day | None = Field(default=None, description="Since when the rule holds; today when left out.")


class ListMember(Schema):
    valid_until: Day | None = Field(default=None, description="The first day on which it is no member any more.")


class SegmentView(Schema):
    id: UUID
    code: str
    name: str
    description: str
    market_space_id: UUID
    basis: SegmentBasis
    version: int


class SegmentRuleView(Schema):
    segment_id: UUID
    valid_from: Day
    rule: Rule


class ListedMemberView(Schema):
    segment_id: UUID
    customer_id: UUID
    valid_from: Day
    valid_until: Day | None


class MemberView(Schema):
    id: UUID
    code: str
    name: str
    kind: CustomerKind
    parent_id: UUID | None


class SegmentCount(Schema):
    on: Day
    customers: int
    measure: str | None
    sized: int | None = Field(description="Members with a size by the measure on that day; null without a measure.")
    size: NonNegativeAmount | None = Field(description="Of those together; null when none of them was measured.")


class SegmentHistory(Schema):
    counts: list[SegmentCount] = Field(max_length=60, description="On the first day of each month.")
