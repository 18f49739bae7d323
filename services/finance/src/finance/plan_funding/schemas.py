"""What callers see of plan fundings."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency
from chassis.text import Schema
from finance.plan_funding.model import FundingState


class FundedLineView(Schema):
    code: str
    name: str
    capital: Amount
    operating: Amount


class PlanFundingSummary(Schema):
    id: UUID
    investment_plan_id: UUID
    plan: str
    name: str
    period: str
    starts_on: date
    ends_on: date = Field(description="The first day after it.")
    currency: Currency
    submitted_by: str
    approved_by: str
    state: FundingState
    reason: str | None = Field(description="Why its budget is not opened.")
    budget_id: UUID | None
    version: int


class PlanFundingView(PlanFundingSummary):
    lines: list[FundedLineView]
