"""What the portfolio reviews because of what others announce."""

from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import Amount, Currency
from portfolio.review.opening import open_on
from portfolio.review.triggers import Exceeded, budget_exceeded

reactions = Reactions()


class BudgetExceeded(Reading, type="finance.budget-exceeded.v1"):
    budget_id: UUID
    code: str
    fiscal_year: str
    line: str
    service_id: UUID | None
    exceeded_by: str = Field(alias="of")
    budgeted: Amount
    amount: Amount
    currency: Currency


@reactions.to(BudgetExceeded)
async def review_overspent_service(session: AsyncSession, fact: BudgetExceeded) -> None:
    """A line of a budget that names no service gives nobody anything to review."""
    if fact.service_id is None:
        return
    said = Exceeded(
        event_id=fact.envelope.id,
        expected=fact.exceeded_by == "forecast",
        **fact.model_dump(exclude={"service_id", "exceeded_by"}),
    )
    await open_on(session, fact.service_id, budget_exceeded(said), fact.envelope.time)
