"""What the strategy service announces about segments."""

from uuid import UUID

from chassis.events import Event


class SegmentDefined(Event, type="strategy.segment-defined.v1"):
    segment_id: UUID
    code: str
    name: str
    market_space_id: UUID
    basis: str


class SegmentChanged(Event, type="strategy.segment-changed.v1"):
    """It is described in other words, or others belong to it."""

    segment_id: UUID
    code: str
    name: str
    market_space_id: UUID
    basis: str
