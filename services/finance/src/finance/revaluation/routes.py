"""The operations on revaluations."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from finance.exchange_rate.model import RateUnknown
from finance.fiscal_period.model import NotOpen
from finance.ledger.entry import Unknown
from finance.revaluation import actions
from finance.revaluation.model import NotOfResult, Revaluation, RevaluedLater
from finance.revaluation.schemas import RevaluationView, Revalue

router = Router("revaluations")

READ, POST = "finance:revaluation:read", "finance:revaluation:post"
EXAMPLE = {"as_of": "2026-04-30", "rate_source": "bank-of-canada", "gain_or_loss": "4900"}


@router.operation(
    "POST",
    "/revaluations",
    permission=POST,
    problems=[NotOfResult, RevaluedLater, RateUnknown, NotOpen, Unknown],
    status=201,
    example=EXAMPLE,
)
async def revalue(command: Revalue, session: Session, caller: CurrentCaller, now: Now) -> RevaluationView:
    """Bring all assets and liabilities in foreign currencies to the rates of a day, by posting the difference alone."""
    made = await actions.revalue(session, **dict(command), actor=caller.subject, at=now)
    return RevaluationView.model_validate(made)


@router.operation("GET", "/revaluations", permission=READ)
async def list_revaluations(session: Session, asked: AskedPage) -> Page[RevaluationView]:
    """List revaluations."""
    R = Revaluation
    return await page(session, select(R), asked, sorts={"as_of": R.as_of}, tie=R.id)


@router.operation("GET", "/revaluations/{revaluation_id}", permission=READ)
async def get_revaluation(revaluation_id: UUID, session: Session) -> RevaluationView:
    """Show a revaluation."""
    if (made := await session.get(Revaluation, revaluation_id)) is None:
        raise NoSuchResource(f"There is no Revaluation with the id {revaluation_id}.")
    return RevaluationView.model_validate(made)
