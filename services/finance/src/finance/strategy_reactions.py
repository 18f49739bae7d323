"""What finance does when it hears the facts of strategy, on customers, initiatives and demand."""

from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import NonNegativeAmount
from finance.budget_reservation import actions as reservations
from finance.consumer import actions as consumers
from finance.cost_object import actions as cost_objects
from finance.cost_object.model import CostObject
from finance.driver import actions as drivers

reactions = Reactions()


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


class InitiativeOpened(Reading, type="strategy.initiative-opened.v1"):
    initiative_id: UUID
    code: str
    name: str
    opened_on: date


class InitiativeChanged(Reading, type="strategy.initiative-changed.v1"):
    initiative_id: UUID
    name: str


class InitiativeCompleted(Reading, type="strategy.initiative-completed.v1"):
    initiative_id: UUID
    code: str
    name: str
    completed_on: date


class InitiativeCancelled(Reading, type="strategy.initiative-cancelled.v1"):
    initiative_id: UUID
    code: str
    name: str
    cancelled_on: date


@reactions.to(InitiativeOpened)
async def open_project(session: AsyncSession, fact: InitiativeOpened) -> None:
    await _of_initiative(session, fact, on=fact.opened_on)


@reactions.to(InitiativeChanged)
async def rename_project(session: AsyncSession, fact: InitiativeChanged) -> None:
    query = select(CostObject).where(CostObject.initiative_id == fact.initiative_id).with_for_update()
    project = await session.scalar(query)
    if project and project.follow(initiative_id=fact.initiative_id, sequence=fact.envelope.sequence):
        project.rename(code=project.code, name=fact.name)


@reactions.to(InitiativeCompleted)
async def close_project(session: AsyncSession, fact: InitiativeCompleted) -> None:
    await _end_project(session, fact, on=fact.completed_on)


@reactions.to(InitiativeCancelled)
async def close_cancelled_project(session: AsyncSession, fact: InitiativeCancelled) -> None:
    await _end_project(session, fact, on=fact.cancelled_on)


async def _end_project(session: AsyncSession, fact: InitiativeCompleted | InitiativeCancelled, *, on: date) -> None:
    """Its last day still takes cost; what was reserved for later is given back."""
    if project := await _of_initiative(session, fact, on=on):
        closed_on = on + timedelta(days=1)
        project.end(on=closed_on)
        await reservations.release_all(session, project.id, from_day=closed_on)


async def _of_initiative(
    session: AsyncSession, fact: InitiativeOpened | InitiativeCompleted | InitiativeCancelled, *, on: date
) -> CostObject | None:
    sequence = fact.envelope.sequence
    return await cost_objects.of_initiative(
        session, fact.initiative_id, code=fact.code, name=fact.name, on=on, sequence=sequence
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
