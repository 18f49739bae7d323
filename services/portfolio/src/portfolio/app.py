"""The portfolio service: the pipeline, the catalog, and the retired services, with the decisions between them."""

from chassis.manifest import Chore, Manifest
from portfolio.approval_policy.routes import router as approval_policy
from portfolio.business_case import events as business_case
from portfolio.business_case.routes import router as business_cases
from portfolio.business_case.steps import router as business_case_steps
from portfolio.catalog.routes import router as catalog
from portfolio.db import Base
from portfolio.dependency.routes import router as dependencies
from portfolio.evidence.market_routes import router as market_evidence
from portfolio.evidence.routes import router as evidence
from portfolio.investment_plan.events import InvestmentPlanApproved
from portfolio.investment_plan.routes import router as investment_plans
from portfolio.investment_plan.running import chore as solving
from portfolio.investment_plan.solutions import router as plan_solutions
from portfolio.investment_plan.steps import router as investment_plan_steps
from portfolio.measurement.routes import router as measurements
from portfolio.outage.routes import router as outages
from portfolio.performance_assessment.closed_windows import assess_by_the_clock
from portfolio.performance_assessment.events import PerformanceAssessed
from portfolio.performance_assessment.routes import router as performance_assessments
from portfolio.picture.routes import router as pictures
from portfolio.price_reactions import reactions as price_reactions
from portfolio.reactions import reactions
from portfolio.review.events import ReviewOpened, ServiceReviewed
from portfolio.review.routes import router as reviews
from portfolio.score_model.routes import router as score_models
from portfolio.service import events as service
from portfolio.service.actions import retire_by_the_clock
from portfolio.service.imports import router as service_imports
from portfolio.service.routes import router as services
from portfolio.service.steps import router as steps
from portfolio.service_calendar.routes import router as service_calendars
from portfolio.service_definition.routes import router as service_definitions
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
        service_definitions,
        dependencies,
        service_levels,
        service_level_imports,
        subscriptions,
        subscription_imports,
        catalog,
        measurements,
        service_calendars,
        outages,
        performance_assessments,
        evidence,
        market_evidence,
        reviews,
        approval_policy,
        business_cases,
        business_case_steps,
        score_models,
        investment_plans,
        plan_solutions,
        investment_plan_steps,
        pictures,
    ],
    events=[
        service.ServiceProposed,
        service.ServiceChanged,
        service.ServiceApproved,
        service.ServiceChartered,
        service.ServiceLaunched,
        service.ServiceRejected,
        service.ServiceWithdrawn,
        service.ServiceRetiring,
        service.ServiceRetirementCancelled,
        service.ServiceRetired,
        subscription.SubscriptionStarted,
        subscription.SubscriptionEnded,
        PerformanceAssessed,
        ReviewOpened,
        ServiceReviewed,
        business_case.BusinessCaseSubmitted,
        business_case.BusinessCaseApproved,
        business_case.BusinessCaseRejected,
        business_case.BusinessCaseReturned,
        business_case.BusinessCaseWithdrawn,
        InvestmentPlanApproved,
    ],
    reactions=[*reactions.all, *price_reactions.all],
    chores=[
        Chore("retire services", retire_by_the_clock, every_seconds=3600),
        Chore("assess performance", assess_by_the_clock, every_seconds=3600),
        solving,
    ],
)
