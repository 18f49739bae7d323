"""What the strategy service announces about market spaces."""

from uuid import UUID

from chassis.events import Event


class MarketSpaceDefined(Event, type="strategy.market-space-defined.v1"):
    market_space_id: UUID
    code: str
    name: str
    parent_id: UUID | None
