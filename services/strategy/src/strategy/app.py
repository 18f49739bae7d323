"""The strategy service: the market, the customers, their needs, the offerings made for them, and how all is reached."""

from chassis.manifest import Chore, Manifest
from strategy.alignment.actions import realign_today
from strategy.alignment.events import ObjectiveAligned
from strategy.alignment.routes import router as alignments
from strategy.asset.capacity_routes import router as capacities
from strategy.asset.entitlement_routes import router as entitlements
from strategy.asset.events import CapacityChanged
from strategy.asset.routes import router as assets
from strategy.backstage_entity.routes import router as backstage_entities
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
from strategy.finance_reactions import reactions as finance_reactions
from strategy.initiative import events as initiative
from strategy.initiative.dependency_routes import router as dependencies
from strategy.initiative.following_routes import router as following
from strategy.initiative.milestone_routes import router as milestones
from strategy.initiative.readiness_routes import router as readiness
from strategy.initiative.routes import router as initiatives
from strategy.known_service.routes import router as known_services
from strategy.market_space.events import MarketSpaceDefined
from strategy.market_space.routes import router as market_spaces
from strategy.need.events import NeedAssessed, NeedIdentified, NeedReopened
from strategy.need.routes import router as needs
from strategy.objective.measure_routes import router as measures
from strategy.objective.routes import router as objectives
from strategy.offering.choice_routes import router as offering_choices
from strategy.offering.events import OfferingLaunched, OfferingWithdrawn
from strategy.offering.routes import router as offerings
from strategy.portfolio_reactions import reactions as portfolio_reactions
from strategy.product_catalog.import_routes import router as product_offering_imports
from strategy.product_catalog.routes import router as product_offerings
from strategy.reactions import reactions
from strategy.segment.events import SegmentChanged, SegmentDefined
from strategy.segment.member_routes import router as segment_members
from strategy.segment.routes import router as segments
from strategy.strategy_review.events import StrategyReviewed
from strategy.strategy_review.routes import router as strategy_reviews
from strategy.value_chain.routes import router as value_chains

manifest = Manifest(
    name="strategy",
    title="Steward strategy",
    description="The market, the customers, their needs, the offerings made for them, and how objectives are reached.",
    metadata=Base.metadata,
    migrations="strategy.migrations",
    routers=[
        market_spaces,
        customers,
        customer_sizes,
        customer_imports,
        backstage_entities,
        customer_matches,
        segments,
        segment_members,
        needs,
        demand_patterns,
        demand_volume_imports,
        offerings,
        offering_choices,
        product_offerings,
        product_offering_imports,
        known_services,
        coverages,
        objectives,
        measures,
        alignments,
        initiatives,
        readiness,
        milestones,
        dependencies,
        following,
        assets,
        capacities,
        entitlements,
        value_chains,
        strategy_reviews,
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
        ObjectiveAligned,
        initiative.InitiativeOpened,
        initiative.InitiativeChanged,
        initiative.InitiativeReady,
        initiative.InitiativeStarted,
        initiative.InitiativeCompleted,
        initiative.InitiativeCancelled,
        CapacityChanged,
        CoverageChanged,
        StrategyReviewed,
    ],
    reactions=[*reactions.all, *finance_reactions.all, *portfolio_reactions.all],
    chores=[Chore("realign services with the objectives of the day", realign_today, every_seconds=600)],
)
