"""Starting a subscription looks at the service, at the customer, and at what it already subscribes to."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from portfolio.known_customer import queries as customers
from portfolio.service.model import Service
from portfolio.subscription.model import Subscription


async def start(session: AsyncSession, *, service_id: UUID, customer_id: UUID, **terms: Any) -> Subscription:
    """`terms` are what else is said of it. Raises what `Subscription.start` does, NoSuchResource, CustomerUnknown."""
    # The service cannot get its notice, nor the customer another subscription, until this one is committed.
    await session.execute(select(Service.id).where(Service.id == service_id).with_for_update(read=True))
    service = await found(session, Service, service_id)
    customer_id = await customers.held(session, customer_id)
    others = select(Subscription).where(Subscription.customer_id == customer_id, Subscription.service_id == service_id)
    subscription = Subscription.start(
        service=service, customer_id=customer_id, others=await session.scalars(others), **terms
    )
    session.add(subscription)
    await session.flush()
    return subscription
