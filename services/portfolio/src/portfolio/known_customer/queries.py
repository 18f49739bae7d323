"""Finding customers by what others call them, and following mergers to the one that lives on."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.known_customer.model import CustomerUnknown, KnownCustomer


def survivor(id: UUID) -> ScalarSelect[UUID]:
    """The id of the customer that lives on; null for one that was never heard of."""
    living = func.coalesce(KnownCustomer.survivor_id, KnownCustomer.id)
    return select(living).where(KnownCustomer.id == id).scalar_subquery()


@dataclass(frozen=True)
class Customers:
    """Ids of the customers that live on, by what others call them or those that were merged into them."""

    by_id: dict[UUID, UUID]
    by_code: dict[str, UUID]

    @property
    def living(self) -> set[UUID]:
        return {*self.by_id.values()}


async def all_held(session: AsyncSession, *, codes: Collection[str], ids: Collection[UUID]) -> Customers:
    """Those with these codes or ids, and the ones that they were merged into, as `held` holds one."""
    asked = or_(KnownCustomer.code.in_(codes), KnownCustomer.id.in_(ids))
    survivors = select(KnownCustomer.survivor_id).where(asked, KnownCustomer.survivor_id.is_not(None))
    query = select(KnownCustomer).where(or_(asked, KnownCustomer.id.in_(survivors))).order_by(KnownCustomer.id)
    found = (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()
    return Customers(
        by_id={customer.id: customer.survivor_id or customer.id for customer in found},
        by_code={customer.code: customer.survivor_id or customer.id for customer in found if customer.code},
    )


async def held(session: AsyncSession, id: UUID) -> UUID:
    """The id of the customer that lives on, held so that it is neither merged away nor subscribes twice meanwhile.

    Raises CustomerUnknown.
    """
    query = select(KnownCustomer).where(KnownCustomer.id == id).with_for_update()
    customer = await session.scalar(query.execution_options(populate_existing=True))
    if customer is None:
        raise CustomerUnknown(f"No customer with the id {id} has been announced.")
    if customer.survivor_id is None:
        return id
    await session.execute(select(KnownCustomer.id).where(KnownCustomer.id == customer.survivor_id).with_for_update())
    return customer.survivor_id
