"""What the portfolio announces about business cases. `number` counts the submissions of a case from 1."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.events import Event
from chassis.money import Amount, Currency
from portfolio.business_case.terms import Convention, FlowKind


class Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SubmittedFlow(Said):
    """Received is positive, paid is negative; in a period counted from 0, or on a day."""

    kind: FlowKind
    amount: Amount
    period: int | None
    flow_on: date | None


class SubmittedOption(Said):
    """`number` counts the options of the case from 1."""

    number: int
    name: str
    does_nothing: bool
    preferred: bool
    flows: list[SubmittedFlow]


class BusinessCaseSubmitted(Event, type="portfolio.business-case-submitted.v1"):
    """Rates are per period, of dated flows per year of 365 days; null: the discount rate."""

    business_case_id: UUID
    code: str
    number: int
    service_id: UUID
    title: str
    currency: Currency
    requested_funding: Amount
    convention: Convention
    discount_rate: Amount
    finance_rate: Amount | None
    reinvestment_rate: Amount | None
    options: list[SubmittedOption]


class BusinessCaseApproved(Event, type="portfolio.business-case-approved.v1"):
    """By all steps that its money needs. `option` is the number of the preferred option."""

    business_case_id: UUID
    code: str
    number: int
    service_id: UUID
    currency: Currency
    requested_funding: Amount
    option: int
    option_name: str
    approved_on: date


class BusinessCaseRejected(Event, type="portfolio.business-case-rejected.v1"):
    business_case_id: UUID
    code: str
    number: int
    service_id: UUID
    reason: str


class BusinessCaseReturned(Event, type="portfolio.business-case-returned.v1"):
    """The submission with this number is a draft again, to be submitted with the next."""

    business_case_id: UUID
    code: str
    number: int
    service_id: UUID
    reason: str


class BusinessCaseWithdrawn(Event, type="portfolio.business-case-withdrawn.v1"):
    business_case_id: UUID
    code: str
    number: int
    service_id: UUID
    reason: str
