"""The strategy service: the market, the customers, their needs, and the offerings made for them."""

from chassis.manifest import Manifest
from strategy.coverage.events import CoverageChanged
from strategy.coverage.routes import router as coverages
from strategy.customer.events import CustomerChanged, CustomerRegistered, CustomerSized, CustomersMerged
from strategy.customer.import_routes import router as customer_imports
from strategy.customer.routes import router as customers
from strategy.customer.size_routes import router as customer_sizes
from strategy.customer_match.routes import router as customer_matches
from strategy.db import Base
from strategy.demand_pattern.events import DemandForecast
from strategy.demand_pattern.import_routes import router as demand_volume_imports
from strategy.demand_pattern.routes import router as demand_patterns
from strategy.known_service.routes import router as known_services
from strategy.market_space.events import MarketSpaceDefined
from strategy.market_space.routes import router as market_spaces
from strategy.need.events import NeedAssessed, NeedIdentified, NeedReopened
from strategy.need.routes import router as needs
from strategy.offering.choice_routes import router as offering_choices
from strategy.offering.events import OfferingLaunched, OfferingWithdrawn
from strategy.offering.routes import router as offerings
from strategy.reactions import reactions
from strategy.segment.events import SegmentChanged, SegmentDefined
from strategy.segment.member_routes import router as segment_members
from strategy.segment.routes import router as segments

manifest = Manifest(
    name="strategy",
    title="Steward strategy",
    description="The market, the customers, their needs, and the offerings made for them.",
    metadata=Base.metadata,
    migrations="strategy.migrations",
    routers=[
        market_spaces,
        customers,
        customer_sizes,
        customer_imports,
        customer_matches,
        segments,
        segment_members,
        needs,
        demand_patterns,
        demand_volume_imports,
        offerings,
        offering_choices,
        known_services,
        coverages,
    ],
    events=[
        MarketSpaceDefined,
        CustomerRegistered,
        CustomerChanged,
        CustomersMerged,
        CustomerSized,
        SegmentDefined,
        SegmentChanged,
        NeedIdentified,
        NeedAssessed,
        NeedReopened,
        DemandForecast,
        OfferingLaunched,
        OfferingWithdrawn,
        CoverageChanged,
    ],
    reactions=reactions.all,
)
