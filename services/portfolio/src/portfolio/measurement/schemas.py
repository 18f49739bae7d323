"""What callers send and see of measurements, and of how far service levels were attained."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from chassis.money import Amount, NonNegativeAmount
from chassis.text import Code, Day, Line, Schema
from portfolio.service_level.model import Direction, Metric, Window

AT_ONCE = 1_000
NOT_MEASURED = frozenset({"", "na", "n/a", "null"})


def _unless_not_measured(text: Any) -> Any:
    return None if isinstance(text, str) and text.strip().lower() in NOT_MEASURED else text


class RecordMeasurement(Schema):
    """Names the service level by its id, by its external id, or by its service and its name."""

    source: Code = Field(description="Who measured: one measurement of a level is kept per source and first day.")
    service_level_id: UUID | None = None
    service_level_external_id: Line | None = None
    service: Code | None = Field(default=None, description="The code of the service.")
    service_external_id: Line | None = None
    service_level: Line | None = Field(default=None, description="The name of the service level.")
    external_source: Code | None = Field(
        default=None, description="The system that the external ids are from; without it, `source`."
    )
    period_starts_on: Day
    period_ends_on: Day | None = Field(
        default=None, description="The first day after the period; without it, one window of the service level."
    )
    value: NonNegativeAmount | None = Field(
        default=None, description="In the unit of the service level; null: it was not measured."
    )
    volume_met: NonNegativeAmount | None = Field(
        default=None, description="Cases that met the target; with `volume`, in place of a value."
    )
    volume: NonNegativeAmount | None = Field(default=None, description="All cases.")


Figure = Annotated[NonNegativeAmount | None, BeforeValidator(_unless_not_measured)]


class MeasurementRow(RecordMeasurement):
    """The same from a file, where an empty value and NA say that nothing was measured."""

    value: Figure = None
    volume_met: Figure = None
    volume: Figure = None


class RecordMeasurements(Schema):
    measurements: list[RecordMeasurement] = Field(min_length=1, max_length=AT_ONCE)


class Effect(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RecordedMeasurement(Schema):
    index: int = Field(description="The place in the list that was sent, from 0.")
    effect: Effect
    field: str | None = Field(description="Of a rejected measurement, what is wrong with it.")
    reason: str | None


class RecordedMeasurements(Schema):
    created: int
    changed: int
    unchanged: int
    rejected: int
    results: list[RecordedMeasurement]


class MeasurementView(Schema):
    id: UUID
    service_level_id: UUID
    source: str
    period_starts_on: date
    period_ends_on: date
    value: Amount | None
    volume_met: Amount | None
    volume: Amount | None
    revision: int
    recorded_at: datetime
    recorded_by: str


class Outcome(StrEnum):
    MET = "met"
    MISSED = "missed"
    NOT_MEASURED = "not_measured"


class AttainedLevel(Schema):
    """`value` is over the whole range, of all cases where volumes are known, else the mean of the measured periods."""

    service_level_id: UUID
    name: str
    metric: Metric
    unit: str
    window: Window
    direction: Direction
    target: Amount | None = Field(description="Null when no figure is promised: it is neither met nor missed.")
    outcome: Outcome
    value: Amount | None
    latest_value: Amount | None
    periods: int = Field(description="Periods that begin in the range and of which something was said.")
    periods_measured: int
    periods_met: int
    missed_in_a_row: int = Field(description="The latest measured periods that missed the target, one after the other.")
    as_of: datetime | None


class AttainmentCounts(Schema):
    """`health` is the share of met levels among the measured ones, null when there are none."""

    levels: int
    measured: int
    met: int
    missed: int
    not_measured: int
    health: Amount | None
    share_measured: Amount | None
    as_of: datetime | None = Field(description="When the newest measurement was recorded.")


class Attainment(AttainmentCounts):
    service_levels: list[AttainedLevel]


class AttainmentView(Attainment):
    service_id: UUID
    starts_on: date
    ends_on: date


class AttainmentSummary(AttainmentCounts):
    services: int = Field(description="Services with at least one service level.")
    starts_on: date
    ends_on: date
