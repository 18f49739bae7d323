"""What callers send and see of outages, and of the availability that they leave."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount
from chassis.text import Code, Instant, Line, Schema
from portfolio.measurement.schemas import ErrorBudgetView
from portfolio.outage.model import OutageKind
from portfolio.service.schemas import Reason

SHOWN = 100


class CorrectOutage(Schema):
    kind: OutageKind
    summary: Line
    starts_at: Instant
    ends_at: Instant | None = Field(default=None, description="The first instant after it; null while it still runs.")


class RecordOutage(CorrectOutage):
    service_id: UUID
    source: Code | None = Field(default=None, description="The system that knows it by `external_id`; both or none.")
    external_id: Line | None = None


class RetractOutage(Schema):
    reason: Reason


class OutageRow(Schema):
    """From a file: its service by code, or by its id in the source."""

    source: Code
    external_id: Line
    service: Code | None = None
    service_external_id: Line | None = None
    kind: OutageKind
    summary: Line
    starts_at: Instant
    ends_at: Instant | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not (self.service or self.service_external_id):
            raise ValueError("the service is named by service (its code) or service_external_id")
        return self


class OutageView(Schema):
    id: UUID
    version: int
    service_id: UUID
    kind: OutageKind
    summary: str
    starts_at: datetime
    ends_at: datetime | None
    source: str | None
    external_id: str | None
    recorded_at: datetime
    recorded_by: str
    retracted_at: datetime | None
    retracted_by: str | None
    retracted_reason: str | None


class CountedOutage(Schema):
    """`counted_seconds` is what this outage alone took of the agreed time, or a planned one of the hours of service."""

    outage_id: UUID
    kind: OutageKind
    summary: str
    starts_at: datetime
    ends_at: datetime | None
    counted_seconds: Amount


class AvailabilityView(Schema):
    """How the availability of one window came about, as of now. agreed = hours of service − planned outages;
    availability = (elapsed − downtime) / elapsed, in the unit of the service level."""

    service_level_id: UUID
    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime
    closed: bool
    agreed_seconds: Amount
    elapsed_seconds: Amount = Field(description="Of the agreed time, what has passed.")
    excluded_seconds: Amount = Field(description="Hours of service that planned outages took.")
    downtime_seconds: Amount = Field(description="Overlapping outages count once.")
    availability: Amount | None
    target: Amount | None
    error_budget: ErrorBudgetView | None
    outages: list[CountedOutage] = Field(max_length=SHOWN, description="The first 100 that touch the window.")
