"""What callers send and see of service levels."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.money import Amount, NonNegativeAmount
from chassis.text import Code, Day, Line, Prose, Schema
from portfolio.service_level.terms import Aggregation, Direction, Metric, Window

ZONES = frozenset(available_timezones())  # read from files: once, not for each row


def _known_zone(name: str) -> str:
    if name not in ZONES:
        raise PydanticCustomError("time_zone", "name a time zone of the IANA list, such as America/Toronto")
    return name


TimeZone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$"),
    AfterValidator(_known_zone),
    Field(examples=["America/Toronto"]),
]
Month = Annotated[int, Field(ge=1, le=12)]


class RestateServiceLevel(Schema):
    name: Line
    code: Code | None = Field(default=None, description="The organization's own code of the indicator.")
    description: Prose = ""
    metric: Metric
    target: NonNegativeAmount | None = Field(description="In `unit`; null while there is no number yet.")
    warning_limit: NonNegativeAmount | None = Field(
        default=None, description="Beyond it a kept promise is close to its target."
    )
    unit: Line = Field(examples=["percent", "hours"])
    window: Window = Field(description="The span over which it is measured.")
    direction: Direction = Field(description="On which side of the target the promise is kept.")
    aggregation: Aggregation = Field(
        default=Aggregation.MEAN,
        description="How the measurements of a window become its value; a share takes volumes only.",
    )
    weight: NonNegativeAmount = Field(default=Decimal(1), description="In the health of its service.")
    year_starts_in: Month = Field(default=1, description="The month in which fiscal years and their quarters begin.")
    time_zone: TimeZone = Field(default="UTC", description="In which its windows begin at midnight.")
    service_calendar_id: UUID | None = Field(
        default=None, description="When the service is meant to work; without one, around the clock."
    )
    outages_since: Day | None = Field(
        default=None,
        description="From this day on every outage is recorded, and windows have their availability from them.",
    )


class PromiseServiceLevel(RestateServiceLevel):
    service_id: UUID
    source: Code | None = Field(default=None, description="The system that knows it by `external_id`; both or none.")
    external_id: Line | None = None


class ServiceLevelView(Schema):
    id: UUID
    ended_on: date | None = Field(description="The first day without its service.")
    version: int
    service_id: UUID
    name: Line
    code: str | None
    description: str
    metric: Metric
    target: NonNegativeAmount | None
    warning_limit: Amount | None
    unit: Line
    window: Window
    direction: Direction
    aggregation: Aggregation
    weight: Amount
    year_starts_in: int
    time_zone: str
    service_calendar_id: UUID | None
    outages_since: date | None
    calculated_until: date | None = Field(description="The windows before this day are calculated from outages.")
    source: Code | None
    external_id: Line | None


class ChangeTarget(Schema):
    target: NonNegativeAmount
    warning_limit: NonNegativeAmount | None = None


class TargetView(Schema):
    """Of windows that begin on `valid_from` or later, until the next one."""

    valid_from: date
    target: Amount
    warning_limit: Amount | None
