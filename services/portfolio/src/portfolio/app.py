"""The portfolio service: the pipeline, the catalog, and the retired services, with the decisions between them."""

from chassis.manifest import Manifest
from portfolio.approval_policy.routes import router as approval_policy
from portfolio.business_case import events as business_case
from portfolio.business_case.routes import router as business_cases
from portfolio.business_case.steps import router as business_case_steps
from portfolio.catalog.routes import router as catalog
from portfolio.db import Base
from portfolio.dependency.routes import router as dependencies
from portfolio.evidence.market_routes import router as market_evidence
from portfolio.evidence.routes import router as evidence
from portfolio.measurement.routes import router as measurements
from portfolio.reactions import reactions
from portfolio.review.events import ServiceReviewed
from portfolio.review.routes import router as reviews
from portfolio.service import events as service
from portfolio.service.imports import router as service_imports
from portfolio.service.routes import router as services
from portfolio.service.steps import router as steps
from portfolio.service_level.imports import router as service_level_imports
from portfolio.service_level.routes import router as service_levels
from portfolio.subscription import events as subscription
from portfolio.subscription.imports import router as subscription_imports
from portfolio.subscription.routes import router as subscriptions

manifest = Manifest(
    name="portfolio",
    title="Steward portfolio",
    description="The pipeline, the catalog and the retired services, with the decisions between them.",
    metadata=Base.metadata,
    migrations="portfolio.migrations",
    routers=[
        services,
        steps,
        service_imports,
        dependencies,
        service_levels,
        service_level_imports,
        subscriptions,
        subscription_imports,
        catalog,
        measurements,
        evidence,
        market_evidence,
        reviews,
        approval_policy,
        business_cases,
        business_case_steps,
    ],
    events=[
        service.ServiceProposed,
        service.ServiceChanged,
        service.ServiceApproved,
        service.ServiceChartered,
        service.ServiceLaunched,
        service.ServiceRetiring,
        service.ServiceRetirementCancelled,
        service.ServiceRetired,
        subscription.SubscriptionStarted,
        subscription.SubscriptionEnded,
        ServiceReviewed,
        business_case.BusinessCaseSubmitted,
        business_case.BusinessCaseApproved,
        business_case.BusinessCaseRejected,
        business_case.BusinessCaseReturned,
        business_case.BusinessCaseWithdrawn,
    ],
    reactions=reactions.all,
)
