"""What the finance service announces about investments."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency
from finance.investment.discounting import Convention
from finance.investment.increment import HardFigures, Increment
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
    without_soft_benefits: HardFigures | None
    increment: Increment | None


class InvestmentAppraised(Event, type="finance.investment-appraised.v1"):
    """`case_reference` is what the asking side calls the case; of a submitted business case its id and the number of
    the submission are there instead. An option has no `increment` where it is to do nothing."""

    investment_id: UUID
    case_reference: str | None
    business_case_id: UUID | None
    business_case_number: int | None
    currency: Currency
    convention: Convention
    discount_rate: Amount
    options: list[AppraisedOption]


class AppraisalRefused(Event, type="finance.appraisal-refused.v1"):
    """A submission of a business case cannot be appraised as it is."""

    business_case_id: UUID
    business_case_number: int
    reason: str
