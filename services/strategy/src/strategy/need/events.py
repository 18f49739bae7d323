"""What the strategy service announces about needs."""

from datetime import date
from uuid import UUID

from chassis.events import Event


class NeedIdentified(Event, type="strategy.need-identified.v1"):
    """`satisfaction` and `opportunity_score` are null while nobody has assessed the satisfaction."""

    need_id: UUID
    market_space_id: UUID | None
    customer_id: UUID | None
    segment_id: UUID | None
    statement: str
    importance: int
    satisfaction: int | None
    opportunity_score: int | None
    identified_on: date


class NeedAssessed(Event, type="strategy.need-assessed.v1"):
    """The current assessment of a need has become another one."""

    need_id: UUID
    importance: int
    satisfaction: int | None
    opportunity_score: int | None
    assessed_on: date


class NeedReopened(Event, type="strategy.need-reopened.v1"):
    need_id: UUID
    reason: str
