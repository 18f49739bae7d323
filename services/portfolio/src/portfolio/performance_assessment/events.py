"""What the portfolio announces about performance."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from chassis.events import Event
from chassis.money import Amount, NonNegativeAmount
from portfolio.service_level.terms import Window


class PerformanceAssessed(Event, type="portfolio.performance-assessed.v1"):
    """How a service kept the promises that are measured over such windows, in one that is over. `number` counts what
    was said of this window: a later one takes the place of the ones before."""

    service_id: UUID
    code: str
    window: Window
    starts_on: date
    ends_on: date
    number: int
    levels: int
    measured: int
    met: int
    weight: NonNegativeAmount = Field(description="Of all service levels; weights of windows add up, times their days.")
    weight_measured: NonNegativeAmount
    weight_met: NonNegativeAmount
    attainment: Amount | None = Field(description="met / measured; null when nothing was measured.")
    coverage: Amount | None = Field(description="weight_measured / weight.")
    health: Amount | None = Field(description="weight_met / weight_measured.")
    assessed_at: datetime
