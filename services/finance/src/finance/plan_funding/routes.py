"""The operations on plan fundings."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.budget.lines import LinesUnfit
from finance.budget.model import CodeTaken, LineInUse, Outdated, OwnSubmission, ScopeTaken
from finance.exchange_rate.model import RateUnknown
from finance.plan_funding import actions
from finance.plan_funding.model import AlreadyOpened, FundingState, NoFiscalYear, PlanFunding
from finance.plan_funding.schemas import PlanFundingSummary, PlanFundingView

router = Router("plan-fundings")

READ, OPEN = "finance:plan-funding:read", "finance:plan-funding:open"
OPENING = [
    AlreadyOpened,
    NoFiscalYear,
    CodeTaken,
    LinesUnfit,
    OwnSubmission,
    Outdated,
    ScopeTaken,
    LineInUse,
    RateUnknown,
]


@router.operation("GET", "/plan-fundings", permission=READ)
async def list_plan_fundings(
    session: Session,
    asked: AskedPage,
    investment_plan_id: UUID | None = None,
    state: FundingState | None = None,
) -> Page[PlanFundingSummary]:
    """List what investment plans fund, period by period, with the budget that was opened or why none was."""
    query = select(PlanFunding)
    if investment_plan_id:
        query = query.where(PlanFunding.investment_plan_id == investment_plan_id)
    if state:
        query = query.where(PlanFunding.state == state)
    return await page(session, query, asked, sorts={"starts_on": PlanFunding.starts_on}, tie=PlanFunding.id)


@router.operation("GET", "/plan-fundings/{plan_funding_id}", permission=READ)
async def get_plan_funding(plan_funding_id: UUID, session: Session) -> PlanFundingView:
    """Show what an investment plan funds in a period."""
    return PlanFundingView.model_validate(await found(session, PlanFunding, plan_funding_id))


@router.operation("POST", "/plan-fundings/{plan_funding_id}/opening", permission=OPEN, problems=OPENING)
async def open_plan_funding(
    plan_funding_id: UUID, version: ExpectedVersion, session: Session, now: Now
) -> PlanFundingView:
    """Open the budget of a funding that waits, once what was in its way is gone."""
    funding = await found(session, PlanFunding, plan_funding_id, version=version)
    await actions.open_waiting(session, funding, now)
    return PlanFundingView.model_validate(funding)
