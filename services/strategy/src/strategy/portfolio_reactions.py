"""What strategy does when the portfolio says how services perform and what is decided about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import Amount, exact_sum
from strategy.evidence import keeping
from strategy.evidence.kept import DecisionKind as Kind
from strategy.evidence.kept import DecisionState as State

reactions = Reactions()


class PerformanceAssessed(Reading, type="portfolio.performance-assessed.v1"):
    service_id: UUID
    window: str
    starts_on: date
    ends_on: date
    number: int
    levels: int
    measured: int
    met: int
    attainment: Amount | None
    coverage: Amount | None
    health: Amount | None
    assessed_at: datetime


@reactions.to(PerformanceAssessed)
async def keep_performance(session: AsyncSession, fact: PerformanceAssessed) -> None:
    await keeping.know_performance(session, **fact.model_dump())


async def _keep(
    session: AsyncSession, fact: Reading, kind: Kind, id: UUID, service_id: UUID, state: State, **said: Any
) -> None:
    envelope = fact.envelope
    said = {"stated_on": envelope.time.date(), "heard_at": envelope.time, "state": state, **said}
    await keeping.know_decision(session, sequence=envelope.sequence, kind=kind, id=id, service_id=service_id, **said)


class ServiceProposed(Reading, type="portfolio.service-proposed.v1"):
    service_id: UUID
    code: str
    name: str


class ServiceApproved(Reading, type="portfolio.service-approved.v1"):
    service_id: UUID
    code: str
    approved_on: date


class ServiceChartered(Reading, type="portfolio.service-chartered.v1"):
    service_id: UUID
    code: str
    name: str
    chartered_on: date


class ServiceLaunched(Reading, type="portfolio.service-launched.v1"):
    service_id: UUID
    code: str
    name: str
    launched_on: date


class ServiceRejected(Reading, type="portfolio.service-rejected.v1"):
    service_id: UUID
    code: str
    name: str


class ServiceWithdrawn(Reading, type="portfolio.service-withdrawn.v1"):
    service_id: UUID
    code: str
    name: str


@reactions.to(ServiceProposed)
async def keep_proposal(session: AsyncSession, fact: ServiceProposed) -> None:
    said = {"code": fact.code, "title": fact.name}
    await _keep(session, fact, Kind.PROPOSAL, fact.service_id, fact.service_id, State.PROPOSED, **said)


@reactions.to(ServiceApproved)
async def keep_approved_proposal(session: AsyncSession, fact: ServiceApproved) -> None:
    said = {"code": fact.code, "stated_on": fact.approved_on}
    await _keep(session, fact, Kind.PROPOSAL, fact.service_id, fact.service_id, State.APPROVED, **said)


@reactions.to(ServiceChartered)
async def keep_charter(session: AsyncSession, fact: ServiceChartered) -> None:
    said = {"code": fact.code, "title": fact.name, "stated_on": fact.chartered_on}
    await _keep(session, fact, Kind.PROPOSAL, fact.service_id, fact.service_id, State.CHARTERED, **said)


@reactions.to(ServiceLaunched)
async def keep_launch(session: AsyncSession, fact: ServiceLaunched) -> None:
    said = {"code": fact.code, "title": fact.name, "stated_on": fact.launched_on}
    await _keep(session, fact, Kind.PROPOSAL, fact.service_id, fact.service_id, State.LAUNCHED, **said)


@reactions.to(ServiceRejected)
async def keep_rejection(session: AsyncSession, fact: ServiceRejected) -> None:
    said = {"code": fact.code, "title": fact.name}
    await _keep(session, fact, Kind.PROPOSAL, fact.service_id, fact.service_id, State.REJECTED, **said)


@reactions.to(ServiceWithdrawn)
async def keep_withdrawal(session: AsyncSession, fact: ServiceWithdrawn) -> None:
    said = {"code": fact.code, "title": fact.name}
    await _keep(session, fact, Kind.PROPOSAL, fact.service_id, fact.service_id, State.WITHDRAWN, **said)


class ServiceRetiring(Reading, type="portfolio.service-retiring.v1"):
    service_id: UUID
    code: str
    retires_on: date


class ServiceRetirementCancelled(Reading, type="portfolio.service-retirement-cancelled.v1"):
    service_id: UUID
    code: str


class ServiceRetired(Reading, type="portfolio.service-retired.v1"):
    service_id: UUID
    code: str
    retired_on: date


@reactions.to(ServiceRetiring)
async def keep_retirement_notice(session: AsyncSession, fact: ServiceRetiring) -> None:
    said = {"code": fact.code, "due_on": fact.retires_on}
    await _keep(session, fact, Kind.RETIREMENT, fact.service_id, fact.service_id, State.ANNOUNCED, **said)


@reactions.to(ServiceRetirementCancelled)
async def keep_cancelled_retirement(session: AsyncSession, fact: ServiceRetirementCancelled) -> None:
    said = {"code": fact.code}
    await _keep(session, fact, Kind.RETIREMENT, fact.service_id, fact.service_id, State.CANCELLED, **said)


@reactions.to(ServiceRetired)
async def keep_retirement(session: AsyncSession, fact: ServiceRetired) -> None:
    said = {"code": fact.code, "stated_on": fact.retired_on, "due_on": fact.retired_on}
    await _keep(session, fact, Kind.RETIREMENT, fact.service_id, fact.service_id, State.CARRIED_OUT, **said)


class ReviewOpened(Reading, type="portfolio.review-opened.v1"):
    review_id: UUID
    service_id: UUID
    recommendation: str
    opened_on: date


class ServiceReviewed(Reading, type="portfolio.service-reviewed.v1"):
    review_id: UUID
    service_id: UUID
    decision: str
    decided_on: date
    follow_up_on: date | None


@reactions.to(ReviewOpened)
async def keep_open_review(session: AsyncSession, fact: ReviewOpened) -> None:
    said = {"outcome": fact.recommendation, "stated_on": fact.opened_on}
    await _keep(session, fact, Kind.REVIEW, fact.review_id, fact.service_id, State.OPEN, **said)


@reactions.to(ServiceReviewed)
async def keep_review(session: AsyncSession, fact: ServiceReviewed) -> None:
    said = {"outcome": fact.decision, "stated_on": fact.decided_on, "due_on": fact.follow_up_on}
    await _keep(session, fact, Kind.REVIEW, fact.review_id, fact.service_id, State.DECIDED, **said)


class BusinessCaseSubmitted(Reading, type="portfolio.business-case-submitted.v1"):
    business_case_id: UUID
    code: str
    service_id: UUID
    title: str
    currency: str
    requested_funding: Amount


class BusinessCaseApproved(Reading, type="portfolio.business-case-approved.v1"):
    business_case_id: UUID
    code: str
    service_id: UUID
    currency: str
    requested_funding: Amount
    approved_on: date


class BusinessCaseRejected(Reading, type="portfolio.business-case-rejected.v1"):
    business_case_id: UUID
    code: str
    service_id: UUID


class BusinessCaseReturned(Reading, type="portfolio.business-case-returned.v1"):
    business_case_id: UUID
    code: str
    service_id: UUID


class BusinessCaseWithdrawn(Reading, type="portfolio.business-case-withdrawn.v1"):
    business_case_id: UUID
    code: str
    service_id: UUID


BusinessCaseEnded = BusinessCaseRejected | BusinessCaseReturned | BusinessCaseWithdrawn


@reactions.to(BusinessCaseSubmitted)
async def keep_business_case(session: AsyncSession, fact: BusinessCaseSubmitted) -> None:
    money = {"amount": fact.requested_funding, "currency": fact.currency}
    said = {"code": fact.code, "title": fact.title, **money}
    await _keep(session, fact, Kind.BUSINESS_CASE, fact.business_case_id, fact.service_id, State.SUBMITTED, **said)


@reactions.to(BusinessCaseApproved)
async def keep_approved_business_case(session: AsyncSession, fact: BusinessCaseApproved) -> None:
    money = {"amount": fact.requested_funding, "currency": fact.currency}
    said = {"code": fact.code, "stated_on": fact.approved_on, **money}
    await _keep(session, fact, Kind.BUSINESS_CASE, fact.business_case_id, fact.service_id, State.APPROVED, **said)


@reactions.to(BusinessCaseRejected)
async def keep_rejected_business_case(session: AsyncSession, fact: BusinessCaseRejected) -> None:
    await _keep_business_case(session, fact, State.REJECTED)


@reactions.to(BusinessCaseReturned)
async def keep_returned_business_case(session: AsyncSession, fact: BusinessCaseReturned) -> None:
    await _keep_business_case(session, fact, State.RETURNED)


@reactions.to(BusinessCaseWithdrawn)
async def keep_withdrawn_business_case(session: AsyncSession, fact: BusinessCaseWithdrawn) -> None:
    await _keep_business_case(session, fact, State.WITHDRAWN)


async def _keep_business_case(session: AsyncSession, fact: BusinessCaseEnded, state: State) -> None:
    await _keep(session, fact, Kind.BUSINESS_CASE, fact.business_case_id, fact.service_id, state, code=fact.code)


class FundedAmount(BaseModel):
    amount: Amount


class FundedCandidate(BaseModel):
    service_id: UUID | None
    amounts: list[FundedAmount]


class InvestmentPlanApproved(Reading, type="portfolio.investment-plan-approved.v1"):
    investment_plan_id: UUID
    code: str
    name: str
    currency: str
    approved_on: date
    funded: list[FundedCandidate]


@reactions.to(InvestmentPlanApproved)
async def keep_funding(session: AsyncSession, fact: InvestmentPlanApproved) -> None:
    """What a plan funds for no service is not kept."""
    said = {"code": fact.code, "title": fact.name, "currency": fact.currency, "stated_on": fact.approved_on}
    for service_id in sorted({it.service_id for it in fact.funded if it.service_id}):
        amount = exact_sum(part.amount for it in fact.funded if it.service_id == service_id for part in it.amounts)
        await _keep(
            session, fact, Kind.FUNDING, fact.investment_plan_id, service_id, State.APPROVED, amount=amount, **said
        )
