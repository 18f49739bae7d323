"""What callers send and see of objectives, their measures and readings."""

from uuid import UUID

from pydantic import Field

from chassis.money import Amount, NonNegativeAmount, PositiveAmount
from chassis.text import Code, Day, Instant, Line, Prose, Schema
from strategy.figures import PositiveWeight, Value, Weight
from strategy.objective.measure import Direction


class DescribeObjective(Schema):
    name: Line
    description: Prose = ""
    perspective: Line = Field(description="financial, customer, internal, learning, or one of the organization's own.")
    owner: Line
    weight: Weight = Field(description="Against other objectives; zero for a heading that only groups.")
    starts_on: Day
    ends_on: Day | None = Field(default=None, description="The first day on which it is not in force any more.")


class SetOutObjective(DescribeObjective):
    code: Code
    parent_id: UUID | None = None


class MoveObjective(Schema):
    under: UUID | None = Field(description="The new parent; null makes it a root.")


class ObjectiveView(Schema):
    id: UUID
    code: str
    name: str
    description: str
    perspective: str
    owner: str
    weight: NonNegativeAmount
    starts_on: Day
    ends_on: Day | None
    parent_id: UUID | None
    version: int


class DefineMeasure(Schema):
    name: Line
    unit: Line
    direction: Direction
    baseline: Value
    target: Value
    weight: PositiveWeight = Field(description="Against the other measures of the objective.")


class MeasureView(Schema):
    id: UUID
    objective_id: UUID
    name: str
    unit: str
    direction: Direction
    baseline: Amount
    target: Amount
    weight: PositiveAmount
    version: int


class StateReading(Schema):
    value: Value


class ReadingView(Schema):
    measure_id: UUID
    read_on: Day
    source: str
    revision: int = Field(description="Above 1 it corrects what the same source said before of this day.")
    value: Amount
    recorded_by: str
    recorded_at: Instant


class MeasureProgress(Schema):
    """Null where nothing was read: not measured is not zero."""

    measure_id: UUID
    name: str
    unit: str
    direction: Direction
    baseline: Amount
    target: Amount
    weight: PositiveAmount
    value: Amount | None
    read_on: Day | None
    source: str | None
    progress: Amount | None = Field(description="(value − baseline) / (target − baseline), to six decimals.")
    gauge: Amount | None = Field(description="The same, held between 0 and 1.")


class ObjectiveProgress(Schema):
    objective_id: UUID
    code: str
    name: str
    as_of: Day
    progress: Amount | None = Field(description="Weighted mean over the measures that were read, to six decimals.")
    gauge: Amount | None = Field(description="The same, held between 0 and 1.")
    coverage: Amount | None = Field(description="Share of the weight that was measured; null without a measure.")
    measures: list[MeasureProgress]
