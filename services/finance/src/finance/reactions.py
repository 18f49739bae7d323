"""What finance does when it hears the facts of portfolio; each reading has just the fields that it needs."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import wall_clock
from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import Amount, NonNegativeAmount
from finance.attainment import actions as attainments
from finance.budget_reservation import actions as reservations
from finance.cost_object import actions as cost_objects
from finance.cost_object.model import CostObject
from finance.investment import submission as submissions
from finance.investment.actions import Submission
from finance.plan_funding import actions as plan_fundings
from finance.plan_funding.model import FundedLine
from finance.subscription import actions as subscriptions

reactions = Reactions()


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


class ServiceChanged(Reading, type="portfolio.service-changed.v1"):
    service_id: UUID
    code: str
    name: str


class ServiceWithdrawn(Reading, type="portfolio.service-withdrawn.v1"):
    service_id: UUID
    code: str
    name: str
    withdrawn_on: date


class ServiceRetired(Reading, type="portfolio.service-retired.v1"):
    service_id: UUID
    code: str
    name: str
    retired_on: date


class SubscriptionStarted(Reading, type="portfolio.subscription-started.v1"):
    subscription_id: UUID
    service_id: UUID
    customer_id: UUID
    quantity: NonNegativeAmount
    starts_on: date


class SubscriptionEnded(Reading, type="portfolio.subscription-ended.v1"):
    subscription_id: UUID
    service_id: UUID
    customer_id: UUID
    ended_on: date


class SubmittedFlow(BaseModel):
    kind: str
    amount: Amount
    period: int | None
    flow_on: date | None


class SubmittedOption(BaseModel):
    name: str
    does_nothing: bool
    flows: list[SubmittedFlow]


class BusinessCaseSubmitted(Reading, type="portfolio.business-case-submitted.v1"):
    """Read as it comes: what cannot be appraised is answered, not parked."""

    business_case_id: UUID
    number: int
    title: str
    currency: str
    convention: str
    discount_rate: Amount
    finance_rate: Amount | None
    reinvestment_rate: Amount | None
    options: list[SubmittedOption]


class PerformanceAssessed(Reading, type="portfolio.performance-assessed.v1"):
    service_id: UUID
    window: str
    starts_on: date
    ends_on: date
    number: int
    weight: NonNegativeAmount
    weight_measured: NonNegativeAmount
    weight_met: NonNegativeAmount


class FundedPeriod(BaseModel):
    code: str
    starts_on: date
    ends_on: date


class FundedAmount(BaseModel):
    period: str
    kind: str
    amount: Amount


class FundedCandidate(BaseModel):
    code: str
    name: str
    amounts: list[FundedAmount]

    def line(self, period: str) -> FundedLine:
        paid = {it.kind: it.amount for it in self.amounts if it.period == period}
        zero = Decimal(0)
        return FundedLine(
            code=self.code,
            name=self.name,
            capital=paid.get("capital", zero),
            operating=paid.get("operating", zero),
        )


class InvestmentPlanApproved(Reading, type="portfolio.investment-plan-approved.v1"):
    investment_plan_id: UUID
    code: str
    name: str
    currency: str
    submitted_by: str
    approved_by: str
    periods: list[FundedPeriod]
    funded: list[FundedCandidate]


@reactions.to(ServiceChartered)
async def open_cost_object(session: AsyncSession, fact: ServiceChartered) -> None:
    await _of_service(session, fact, on=fact.chartered_on)


@reactions.to(ServiceLaunched)
async def allow_charging(session: AsyncSession, fact: ServiceLaunched) -> None:
    if cost_object := await _of_service(session, fact, on=fact.launched_on):
        cost_object.allow_charging()


@reactions.to(ServiceChanged)
async def rename_cost_object(session: AsyncSession, fact: ServiceChanged) -> None:
    sequence = fact.envelope.sequence
    await cost_objects.rename(session, fact.service_id, code=fact.code, name=fact.name, sequence=sequence)


@reactions.to(ServiceWithdrawn)
async def close_cost_object(session: AsyncSession, fact: ServiceWithdrawn) -> None:
    """One that was never chartered has no cost object, and needs none to be closed."""
    known = await session.scalar(select(CostObject.id).where(CostObject.service_id == fact.service_id))
    if known and (cost_object := await _of_service(session, fact, on=fact.withdrawn_on)):
        cost_object.end(on=fact.withdrawn_on)
        await reservations.release_all(session, cost_object.id, from_day=fact.withdrawn_on)


@reactions.to(ServiceRetired)
async def end_charging(session: AsyncSession, fact: ServiceRetired) -> None:
    if cost_object := await _of_service(session, fact, on=fact.retired_on):
        cost_object.end(on=fact.retired_on)
        await reservations.release_all(session, cost_object.id, from_day=fact.retired_on)


async def _of_service(
    session: AsyncSession, fact: ServiceChartered | ServiceLaunched | ServiceWithdrawn | ServiceRetired, *, on: date
) -> CostObject | None:
    sequence = fact.envelope.sequence
    return await cost_objects.of_service(
        session, fact.service_id, code=fact.code, name=fact.name, on=on, sequence=sequence
    )


@reactions.to(SubscriptionStarted)
async def start_charging(session: AsyncSession, fact: SubscriptionStarted) -> None:
    await subscriptions.start(
        session,
        id=fact.subscription_id,
        service_id=fact.service_id,
        consumer_id=fact.customer_id,
        quantity=fact.quantity,
        starts_on=fact.starts_on,
        sequence=fact.envelope.sequence,
    )


@reactions.to(SubscriptionEnded)
async def stop_charging(session: AsyncSession, fact: SubscriptionEnded) -> None:
    await subscriptions.end(session, id=fact.subscription_id, on=fact.ended_on, sequence=fact.envelope.sequence)


@reactions.to(BusinessCaseSubmitted)
async def appraise_business_case(session: AsyncSession, fact: BusinessCaseSubmitted) -> None:
    submission = Submission(fact.business_case_id, fact.number)
    said = fact.model_dump(exclude={"business_case_id", "number", "title"})
    await submissions.answer(
        session, submission, {**said, "name": fact.title}, actor=fact.envelope.actor, at=wall_clock()
    )


@reactions.to(PerformanceAssessed)
async def keep_attainment(session: AsyncSession, fact: PerformanceAssessed) -> None:
    """Beside cost, for what the money brought."""
    await attainments.keep(session, **fact.model_dump())


@reactions.to(InvestmentPlanApproved)
async def open_budgets(session: AsyncSession, fact: InvestmentPlanApproved) -> None:
    """One for each period in which something that is funded costs something."""
    periods = [
        (it.code, it.starts_on, it.ends_on, [line for each in fact.funded if (line := each.line(it.code)).total])
        for it in fact.periods
    ]
    said = {"plan": fact.code, **fact.model_dump(include={"name", "currency", "submitted_by", "approved_by"})}
    await plan_fundings.fund(session, fact.investment_plan_id, periods, wall_clock(), **said)
