"""What the strategy service announces about coverage."""

from datetime import date
from uuid import UUID

from chassis.events import Event


class CoverageChanged(Event, type="strategy.coverage-changed.v1"):
    """A need (`white_space`, `served`, `overlap`, `closed`) or a service (`orphan` in place of the first) is of another
    class than before; `before` is null at first. `weight` says how much that matters, by class:

    white space: the opportunity score, without one the importance; overlap of a need: importance × (offerings − 1);
    overlap of a service: the importance of the needs that it helps to serve; orphan: 1 + its demand patterns; else 0.
    """

    subject_kind: str
    subject_id: UUID
    label: str
    service_kind: str | None
    coverage_class: str
    before: str | None
    offerings: int
    weight: int
    changed_on: date
