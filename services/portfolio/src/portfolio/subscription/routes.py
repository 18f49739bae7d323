"""The operations on subscriptions. Who acts for one unit sees and changes only its own."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from chassis.identity import Caller
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Day
from portfolio.known_customer import queries as customers
from portfolio.known_customer.model import CustomerUnknown
from portfolio.subscription import actions
from portfolio.subscription.model import (
    AlreadyEnded,
    EndsBeforeStart,
    ExternalIdTaken,
    HalfIdentified,
    NotOperational,
    Overlapping,
    Subscription,
)
from portfolio.subscription.schemas import EndSubscription, StartSubscription, SubscriptionView

router = Router("subscriptions")

READ, WRITE = "portfolio:subscription:read", "portfolio:subscription:write"
EXAMPLE = {
    "service_id": "0198c0de-0000-7000-8000-000000000001",
    "customer_id": "0198c0de-0000-7000-8000-000000000003",
    "quantity": "120",
    "starts_on": "2026-04-01",
}


def own(query: Select[Any], caller: Caller) -> Select[Any]:
    """Who acts for a unit acts for the customer that lives on from it."""
    return query.where(Subscription.customer_id == customers.survivor(caller.unit)) if caller.unit else query


async def own_customer(session: Session, id: UUID, caller: Caller) -> None:
    """Raises NoSuchResource when the caller acts for another one."""
    if caller.unit is None:
        return
    living = [await session.scalar(select(customers.survivor(customer))) for customer in (id, caller.unit)]
    if living[0] != living[1]:
        raise NoSuchResource(f"There is no customer with the id {id}.")


async def own_subscription(session: Session, id: UUID, caller: Caller, version: int | None = None) -> Subscription:
    subscription = await found(session, Subscription, id, version=version)
    if await session.scalar(own(select(Subscription.id).where(Subscription.id == id), caller)) is None:
        raise NoSuchResource(f"There is no Subscription with the id {id}.")
    return subscription


@router.operation(
    "POST",
    "/subscriptions",
    permission=WRITE,
    problems=[CustomerUnknown, NotOperational, Overlapping, EndsBeforeStart, ExternalIdTaken, HalfIdentified],
    status=201,
    example=EXAMPLE,
)
async def start_subscription(command: StartSubscription, session: Session, caller: CurrentCaller) -> SubscriptionView:
    """Start a customer's subscription to an operational service."""
    await own_customer(session, command.customer_id, caller)
    return SubscriptionView.model_validate(await actions.start(session, **dict(command)))


@router.operation("GET", "/subscriptions", permission=READ)
async def list_subscriptions(
    session: Session,
    caller: CurrentCaller,
    asked: AskedPage,
    service_id: UUID | None = None,
    customer_id: UUID | None = None,
    active_on: Day | None = None,
) -> Page[SubscriptionView]:
    """List subscriptions, also those of a merged customer under its old id."""
    query = own(select(Subscription), caller)
    if service_id:
        query = query.where(Subscription.service_id == service_id)
    if customer_id:
        query = query.where(Subscription.customer_id == customers.survivor(customer_id))
    if active_on:
        query = query.where(Subscription.starts_on <= active_on)
        query = query.where(or_(Subscription.ends_on.is_(None), Subscription.ends_on > active_on))
    sorts = {"starts_on": Subscription.starts_on}
    return await page(session, query, asked, sorts=sorts, tie=Subscription.id)


@router.operation("GET", "/subscriptions/{subscription_id}", permission=READ)
async def get_subscription(subscription_id: UUID, session: Session, caller: CurrentCaller) -> SubscriptionView:
    """Show a subscription."""
    return SubscriptionView.model_validate(await own_subscription(session, subscription_id, caller))


@router.operation(
    "POST",
    "/subscriptions/{subscription_id}/termination",
    permission=WRITE,
    problems=[EndsBeforeStart, AlreadyEnded],
    example={"on": "2026-10-01"},
)
async def end_subscription(
    subscription_id: UUID, command: EndSubscription, version: ExpectedVersion, session: Session, caller: CurrentCaller
) -> SubscriptionView:
    """End a subscription, or bring its end nearer."""
    subscription = await own_subscription(session, subscription_id, caller, version)
    subscription.end(on=command.on)
    await session.flush()
    return SubscriptionView.model_validate(subscription)
