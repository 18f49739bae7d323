"""What the strategy service announces about assets."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.money import NonNegativeAmount
from strategy.asset.terms import AssetKind, AssetType


class CapacityChanged(Event, type="strategy.capacity-changed.v1"):
    """How much of a skill or resource there is, or is used, in a month `[starts_on, ends_on)` is known now or another.

    `used` is null while nobody knows it."""

    asset_id: UUID
    code: str
    name: str
    kind: AssetKind
    asset_type: AssetType
    unit: str
    starts_on: date
    ends_on: date
    available: NonNegativeAmount
    used: NonNegativeAmount | None = None
