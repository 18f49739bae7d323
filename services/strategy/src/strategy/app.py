"""The strategy service: the market, the customers, their needs, and the offerings made for them."""

from chassis.manifest import Manifest
from strategy.db import Base
from strategy.market_space.events import MarketSpaceDefined
from strategy.market_space.routes import router as market_spaces

manifest = Manifest(
    name="strategy",
    title="Steward strategy",
    description="The market, the customers, their needs, and the offerings made for them.",
    metadata=Base.metadata,
    migrations="strategy.migrations",
    routers=[market_spaces],
    events=[MarketSpaceDefined],
)
