"""Questions about customers, and about who else has a name or an id."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from chassis.operations import found
from chassis.problems import NoSuchResource
from strategy.customer.model import Customer, CustomerExternalId, CustomerSize, ExternalIdTaken, NameTaken
from strategy.customer.naming import normalized
from strategy.customer.schemas import CustomerView, ExternalId


async def living(session: AsyncSession, id: UUID) -> Customer:
    """The customer, to be named by something else: it is not merged away meanwhile. Raises NoSuchResource, Merged."""
    await session.execute(select(Customer.id).where(Customer.id == id).with_for_update(read=True))
    customer = await found(session, Customer, id)
    customer.must_live()
    return customer


async def shown(session: AsyncSession, id: UUID) -> CustomerView:
    """As it is stored now, with its external ids. Raises NoSuchResource."""
    query = select(Customer).where(Customer.id == id).options(selectinload(Customer.external_ids))
    customer = await session.scalar(query.execution_options(populate_existing=True))
    if customer is None:
        raise NoSuchResource(f"There is no Customer with the id {id}.")
    return CustomerView.model_validate(customer)


async def refuse_taken_name(session: AsyncSession, name: str, *, besides: UUID | None = None) -> None:
    """Raises NameTaken with the id of the customer that has the name. Exact while the tree of customers is held."""
    query = select(Customer.id, Customer.code).where(
        Customer.normalized_name == normalized(name), Customer.merged_into.is_(None), Customer.id != besides
    )
    if twin := (await session.execute(query)).first():
        raise NameTaken(f"The customer {twin.code} has this name.", existing_id=str(twin.id))


async def refuse_taken_external_id(session: AsyncSession, external: ExternalId, *, besides: UUID | None = None) -> None:
    """Raises ExternalIdTaken with the id of the customer that has it."""
    known = await session.get(CustomerExternalId, (external.source, external.external_id))
    if known and known.customer_id != besides:
        detail = f"Another customer is {external.external_id} in {external.source}."
        raise ExternalIdTaken(detail, existing_id=str(known.customer_id))


def sizes(*, measure: str | None = None, on: date | None = None) -> Select[CustomerSize]:
    """All, or by one measure; `on` a day only the valid ones: per customer and measure the latest."""
    query, latest = select(CustomerSize), aliased(CustomerSize)
    if measure:
        query = query.where(CustomerSize.measure == measure)
    if on:
        until = (latest.customer_id == CustomerSize.customer_id, latest.measure == CustomerSize.measure)
        day = select(func.max(latest.valid_from)).where(*until, latest.valid_from <= on)
        query = query.where(CustomerSize.valid_from == day.scalar_subquery())
    return query
