"""What finance does when it hears the facts of other services; each reading has just the fields that it needs."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import wall_clock
from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import Amount, NonNegativeAmount
from finance.budget_reservation import actions as reservations
from finance.consumer import actions as consumers
from finance.cost_object import actions as cost_objects
from finance.cost_object.model import CostObject
from finance.driver import actions as drivers
from finance.investment import submission as submissions
from finance.investment.actions import Submission
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


class ServiceRetired(Reading, type="portfolio.service-retired.v1"):
    service_id: UUID
    code: str
    name: str
    retired_on: date


class CustomerRegistered(Reading, type="strategy.customer-registered.v1"):
    customer_id: UUID
    code: str
    name: str


class CustomerChanged(Reading, type="strategy.customer-changed.v1"):
    customer_id: UUID
    code: str
    name: str


class CustomersMerged(Reading, type="strategy.customers-merged.v1"):
    merged_id: UUID
    survivor_id: UUID


class CustomerSized(Reading, type="strategy.customer-sized.v1"):
    customer_id: UUID
    measure: str
    quantity: NonNegativeAmount
    valid_from: date


class MonthlyVolume(BaseModel):
    month: date
    quantity: NonNegativeAmount


class DemandForecast(Reading, type="strategy.demand-forecast.v1"):
    name: str
    unit: str
    service_id: UUID | None
    customer_id: UUID | None
    driver: str | None
    observed: list[MonthlyVolume]
    expected: list[MonthlyVolume]


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


@reactions.to(ServiceChartered)
async def open_cost_object(session: AsyncSession, fact: ServiceChartered) -> None:
    await _of_service(session, fact, on=fact.chartered_on)


@reactions.to(ServiceLaunched)
async def allow_charging(session: AsyncSession, fact: ServiceLaunched) -> None:
    if cost_object := await _of_service(session, fact, on=fact.launched_on):
        cost_object.allow_charging()


@reactions.to(ServiceChanged)
async def rename_cost_object(session: AsyncSession, fact: ServiceChanged) -> None:
    """A service that is not chartered yet has no cost object; its charter will say its name."""
    query = select(CostObject).where(CostObject.service_id == fact.service_id).with_for_update()
    cost_object = await session.scalar(query)
    if cost_object and cost_object.hear(service_id=fact.service_id, sequence=fact.envelope.sequence):
        cost_object.rename(code=fact.code, name=fact.name)


@reactions.to(ServiceRetired)
async def end_charging(session: AsyncSession, fact: ServiceRetired) -> None:
    if cost_object := await _of_service(session, fact, on=fact.retired_on):
        cost_object.end(on=fact.retired_on)
        await reservations.release_all(session, cost_object.id, from_day=fact.retired_on)


async def _of_service(
    session: AsyncSession, fact: ServiceChartered | ServiceLaunched | ServiceRetired, *, on: date
) -> CostObject | None:
    sequence = fact.envelope.sequence
    return await cost_objects.of_service(
        session, fact.service_id, code=fact.code, name=fact.name, on=on, sequence=sequence
    )


@reactions.to(CustomerRegistered)
async def know_customer(session: AsyncSession, fact: CustomerRegistered) -> None:
    sequence = fact.envelope.sequence
    await consumers.know(session, id=fact.customer_id, code=fact.code, name=fact.name, sequence=sequence)


@reactions.to(CustomerChanged)
async def know_changed_customer(session: AsyncSession, fact: CustomerChanged) -> None:
    sequence = fact.envelope.sequence
    await consumers.know(session, id=fact.customer_id, code=fact.code, name=fact.name, sequence=sequence)


@reactions.to(CustomersMerged)
async def merge_customer(session: AsyncSession, fact: CustomersMerged) -> None:
    sequence = fact.envelope.sequence
    await consumers.merge(session, id=fact.merged_id, into=fact.survivor_id, sequence=sequence)


@reactions.to(CustomerSized)
async def record_driver_quantity(session: AsyncSession, fact: CustomerSized) -> None:
    """A measure of customers is a driver of the same code."""
    await drivers.record_quantity(
        session, code=fact.measure, consumer_id=fact.customer_id, valid_from=fact.valid_from, quantity=fact.quantity
    )


@reactions.to(DemandForecast)
async def record_expected_quantities(session: AsyncSession, fact: DemandForecast) -> None:
    """Demand with a driver gives it dated quantities, counted ones as well as expected: of the customer who asks, else
    of the service's cost object. A later forecast takes the place of what it has quantities for."""
    if fact.driver is None:
        return
    volumes = {volume.month: volume.quantity for volume in (*fact.observed, *fact.expected)}
    described = {"code": fact.driver, "name": fact.name, "unit": fact.unit}
    await drivers.record_demand(
        session, described, service_id=fact.service_id, consumer_id=fact.customer_id, volumes=volumes
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
