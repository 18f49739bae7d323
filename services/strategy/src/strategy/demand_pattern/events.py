"""What the strategy service announces about demand."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.events import Event
from chassis.money import NonNegativeAmount


class MonthlyVolume(BaseModel):
    month: date
    quantity: NonNegativeAmount


class DemandForecast(Event, type="strategy.demand-forecast.v1"):
    """What is expected of the months after `observed`, which are the latest that were counted, at most 24.

    `driver` is the code of the driver in finance that the quantities belong to: that of the customer, if there is one,
    else of the service. A later forecast of the same pattern takes the place of this one.
    """

    demand_pattern_id: UUID
    code: str
    name: str
    unit: str
    service_id: UUID | None
    need_id: UUID | None
    customer_id: UUID | None
    segment_id: UUID | None
    driver: str | None
    made_on: date
    method: str
    mean_absolute_error: NonNegativeAmount | None
    observed: list[MonthlyVolume]
    expected: list[MonthlyVolume]
