"""What the finance service announces about investments."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency
from finance.investment.discounting import Convention
from finance.investment.internal_rate import IrrState


class AppraisedOption(BaseModel):
    """Money in the currency of the investment; rates, ratios and periods as numbers; null where a figure has no
    meaning, for a payback: never."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    name: str
    does_nothing: bool
    npv: Amount
    npv_without_soft_benefits: Amount
    irr_state: IrrState
    irrs: list[Amount]
    mirr: Amount | None
    payback: Amount | None
    discounted_payback: Amount | None
    profitability_index: Amount | None
    return_on_investment: Amount | None
    equivalent_annual_value: Amount | None
    life: Amount


class InvestmentAppraised(Event, type="finance.investment-appraised.v1"):
    """`case_reference` is what the asking side calls the case."""

    investment_id: UUID
    case_reference: str | None
    currency: Currency
    convention: Convention
    discount_rate: Amount
    options: list[AppraisedOption]
