"""What the portfolio announces about investment plans."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency
from portfolio.investment_plan.terms import Category, CostKind


class Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FundedPeriod(Said):
    """`ends_on` is the first day after it."""

    code: str
    starts_on: date
    ends_on: date


class FundedAmount(Said):
    period: str
    kind: CostKind
    amount: Amount


class FundedCandidate(Said):
    """Of a business case, its id and that of its service; null for a candidate that was given without one."""

    code: str
    name: str
    business_case_id: UUID | None
    service_id: UUID | None
    category: Category | None
    amounts: list[FundedAmount]


class InvestmentPlanApproved(Event, type="portfolio.investment-plan-approved.v1"):
    """What is funded, with what it costs per period and kind, in the currency of the plan."""

    investment_plan_id: UUID
    code: str
    name: str
    solution_id: UUID
    currency: Currency
    submitted_by: str
    approved_by: str
    approved_on: date
    periods: list[FundedPeriod]
    funded: list[FundedCandidate]
