"""What the strategy service announces about alignment."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.money import NonNegativeAmount


class ObjectiveAligned(Event, type="strategy.objective-aligned.v1"):
    """How well a service is aligned with the objectives has changed, as of a day.

    `score` = Σ weight·strength / Σ weight over all objectives in force, to six decimals; null when no link of the
    service to one of them is in force any more. `objectives` counts those that it is linked to.
    """

    service_id: UUID
    score: NonNegativeAmount | None
    objectives: int
    as_of: date
