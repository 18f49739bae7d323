"""What callers send and see of service levels."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.money import NonNegativeAmount
from chassis.text import Code, Line, Schema
from portfolio.service_level.model import Direction, Metric, Window


class RestateServiceLevel(Schema):
    name: Line
    metric: Metric
    target: NonNegativeAmount | None = Field(description="In `unit`; null while there is no number yet.")
    unit: Line = Field(examples=["percent", "hours"])
    window: Window = Field(description="The span over which it is measured.")
    direction: Direction = Field(description="On which side of the target the promise is kept.")


class PromiseServiceLevel(RestateServiceLevel):
    service_id: UUID
    source: Code | None = Field(default=None, description="The system that knows it by `external_id`; both or none.")
    external_id: Line | None = None


class ServiceLevelView(PromiseServiceLevel):
    id: UUID
    ended_on: date | None = Field(description="The first day without its service.")
    version: int
