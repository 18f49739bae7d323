"""What the strategy service announces about offerings."""

from datetime import date
from uuid import UUID

from chassis.events import Event


class OfferingLaunched(Event, type="strategy.offering-launched.v1"):
    """Each revision of an offering has an id of its own; the one before is announced as withdrawn."""

    offering_id: UUID
    code: str
    name: str
    service_ids: list[UUID]
    need_ids: list[UUID]
    bundle_codes: list[str]
    launched_on: date


class OfferingWithdrawn(Event, type="strategy.offering-withdrawn.v1"):
    offering_id: UUID
    code: str
    service_ids: list[UUID]
    need_ids: list[UUID]
    withdrawn_on: date
    reason: str
