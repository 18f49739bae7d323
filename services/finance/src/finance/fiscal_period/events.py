"""What the finance service announces about fiscal periods."""

from datetime import date
from uuid import UUID

from chassis.events import Event


class PeriodClosed(Event, type="finance.period-closed.v1"):
    fiscal_period_id: UUID
    code: str
    starts_on: date
    ends_on: date
    closed_on: date
