"""What callers send and see of demand patterns."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.money import Amount, NonNegativeAmount
from chassis.text import Code, Day, Line, Schema
from strategy.demand_pattern.expectation import Method

MOST = Decimal(10**15)


def _countable(quantity: Decimal) -> Decimal:
    if quantity > MOST:
        raise ValueError(f"a month has at most {MOST} of anything; count in a larger unit")
    return quantity


VolumeQuantity = Annotated[NonNegativeAmount, AfterValidator(_countable)]


class DescribeDemandPattern(Schema):
    name: Line
    driver: Code | None = Field(default=None, description="The code of the driver in finance that the volumes are of.")


class DefineDemandPattern(DescribeDemandPattern):
    code: Code
    unit: Line = Field(description="What is counted: calls, seats, tickets.")
    service_id: UUID | None = Field(default=None, description="What is asked for: this or a need.")
    need_id: UUID | None = None
    customer_id: UUID | None = Field(default=None, description="Who asks: this, a segment, or without both everybody.")
    segment_id: UUID | None = None


class StateVolume(Schema):
    quantity: VolumeQuantity


class DemandVolumeRow(Schema):
    """A row of a file: the code of the pattern, the first day of the month, the quantity."""

    pattern: Code
    month: Day
    quantity: VolumeQuantity


class ForecastDemand(Schema):
    months: Annotated[int, Field(ge=1, le=36, strict=True)] = 12
    method: Method | None = Field(default=None, description="The one with the least error when left out.")


class DemandPatternView(Schema):
    id: UUID
    code: str
    name: str
    unit: str
    service_id: UUID | None
    need_id: UUID | None
    customer_id: UUID | None
    segment_id: UUID | None
    driver: str | None
    version: int


class DemandVolumeView(Schema):
    demand_pattern_id: UUID
    month: Day
    quantity: NonNegativeAmount


class ExpectedVolume(Schema):
    month: Day
    quantity: NonNegativeAmount


class DemandForecastView(Schema):
    """The mean absolute errors are those of forecasting the last `held_out_months` from the months before them; null
    when there were too few to try."""

    demand_pattern_id: UUID
    number: int
    made_on: Day
    method: Method
    mean_absolute_error: NonNegativeAmount | None
    naive_error: NonNegativeAmount | None = Field(description="Of saying that each month will be as the last one.")
    held_out_months: int
    history_starts_on: Day = Field(description="Months before a gap are not used.")
    history_months: int
    volumes: list[ExpectedVolume] = Field(max_length=36)


class DecomposedMonth(Schema):
    month: Day
    quantity: NonNegativeAmount
    trend: Amount | None = Field(description="The mean of the year around the month; null at either end.")
    season: Amount
    remainder: Amount | None


class DecompositionView(Schema):
    """Classical additive decomposition: quantity = trend + season + remainder, to six decimals."""

    demand_pattern_id: UUID
    months: list[DecomposedMonth] = Field(max_length=240)
