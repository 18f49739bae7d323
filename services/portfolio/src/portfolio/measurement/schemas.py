"""What callers send and see of measurements, and of how far service levels were attained."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from chassis.money import Amount, NonNegativeAmount
from chassis.text import Code, Day, Line, Schema
from portfolio.measurement.mann_kendall import Distribution, Movement
from portfolio.service.terms import Criticality, Kind
from portfolio.service_level.terms import Direction, Metric, Window

AT_ONCE = 1_000
MOST_WINDOWS = 400
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


class MeasurementRevisionView(Schema):
    revision: int
    period_ends_on: date
    value: Amount | None
    volume_met: Amount | None
    volume: Amount | None
    recorded_at: datetime
    recorded_by: str


class MeasurementView(MeasurementRevisionView):
    id: UUID
    service_level_id: UUID
    source: str
    period_starts_on: date


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
    target: Amount | None = Field(
        description="On the first day of the range; null when no figure is promised: it is neither met nor missed."
    )
    weight: Amount | None
    outcome: Outcome
    value: Amount | None
    latest_value: Amount | None
    periods: int = Field(description="Windows that begin in the range and of which something was said.")
    periods_measured: int
    periods_met: int = Field(description="Each judged by the target that held on its first day.")
    missed_in_a_row: int = Field(description="The latest measured windows that missed the target, one after the other.")
    attainment: Amount | None = Field(description="The share of its measured windows that were met.")
    as_of: datetime | None

    @model_validator(mode="before")
    @classmethod
    def _of_then(cls, told: Any) -> Any:
        """What a review froze before there were weights says nothing of them."""
        return {"weight": None, "attainment": None, **told} if isinstance(told, dict) else told


class AttainmentCounts(Schema):
    """`health` is the share of met windows among the measured ones, by weight and days; null when there are none."""

    levels: int
    measured: int
    met: int
    missed: int
    not_measured: int
    health: Amount | None
    share_measured: Amount | None = Field(description="Of the service levels.")
    coverage: Amount | None = Field(description="The share measured of the windows, by weight and days.")
    as_of: datetime | None = Field(description="When the newest measurement was recorded.")

    @model_validator(mode="before")
    @classmethod
    def _of_then(cls, told: Any) -> Any:
        """What a review froze before there was a coverage says nothing of it."""
        return {"coverage": None, **told} if isinstance(told, dict) else told


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


class ServiceHealth(Schema):
    """How far a service kept its promises, and how much of them was measured."""

    service_id: UUID
    code: str
    name: str
    kind: Kind
    criticality: Criticality | None
    levels: int
    met: int
    missed: int
    health: Amount | None
    coverage: Amount | None
    as_of: datetime | None


class ErrorBudgetView(Schema):
    """What the target leaves room for: in seconds of agreed time, or in the cases that were counted."""

    unit: Literal["seconds", "cases"]
    allowed: Amount
    used: Amount
    remaining: Amount = Field(description="Below zero it is overspent.")
    burn_rate: Amount | None = Field(description="1 uses the budget up just at the end of the window.")


class WindowView(Schema):
    """One window of a service level, judged by the target that held on its first day."""

    starts_on: date
    ends_on: date
    closed: bool
    target: Amount | None
    warning_limit: Amount | None
    value: Amount | None
    outcome: Outcome
    warning: bool = Field(description="Met, but beyond the warning limit.")
    error_budget: ErrorBudgetView | None
    as_of: datetime | None


class ServiceLevelWindows(Schema):
    service_level_id: UUID
    starts_on: date
    ends_on: date
    met: int
    missed: int
    not_measured: int = Field(description="Of the closed windows.")
    windows: list[WindowView] = Field(max_length=MOST_WINDOWS)


class TrendView(Schema):
    """`s` and `p_value` (two-sided) are those of the Mann-Kendall test, `slope` is Sen's, in the unit per window."""

    service_level_id: UUID
    starts_on: date
    ends_on: date
    movement: Movement
    favorable: bool | None = Field(description="Whether it moves to the kept side of the target; null without a trend.")
    test: Literal["mann_kendall"]
    distribution: Distribution | None = Field(description="Exact up to 40 points, ties included; normal beyond.")
    significance: Amount
    points: int
    fewest_points: int = Field(description="Fewer could not show a trend at this significance.")
    s: int | None
    p_value: Amount | None
    slope: Amount | None
