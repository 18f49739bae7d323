"""The rows of files about service levels."""

from typing import Self

from pydantic import Field, model_validator

from chassis.money import NonNegativeAmount
from chassis.text import Code, Line, Prose, Schema
from portfolio.service_level.schemas import TimeZone
from portfolio.service_level.terms import Aggregation, Direction, Metric, Window


class ServiceLevelRow(Schema):
    """A service level by its source and external id, or by its name; its service by code or by its id in the source."""

    source: Code | None = None
    external_id: Line | None = None
    service: Code | None = None
    service_external_id: Line | None = None
    name: Line
    metric: Metric = Metric.OTHER
    target: NonNegativeAmount | None = None
    unit: Line
    window: Window
    direction: Direction
    code: Code | None = None
    description: Prose | None = None
    warning_limit: NonNegativeAmount | None = None
    aggregation: Aggregation | None = None
    weight: NonNegativeAmount | None = None
    year_starts_in: int | None = Field(default=None, ge=1, le=12)
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.source is None and (self.external_id or self.service_external_id):
            raise ValueError("an external id needs its source")
        if not (self.service or self.service_external_id):
            raise ValueError("the service is named by service (its code) or service_external_id")
        return self
