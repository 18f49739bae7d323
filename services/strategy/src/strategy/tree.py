"""Questions about the trees of market spaces and of customers, each answered by one statement."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.customer.model import Customer
from strategy.market_space.model import MarketSpace

Node = TypeVar("Node", MarketSpace, Customer)


async def hold(session: AsyncSession, kind: type[Node]) -> None:
    """One change of this tree at a time, until the transaction ends: two moves could close a loop that neither sees."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(kind.__tablename__))))


async def ancestors(session: AsyncSession, kind: type[Node], id: UUID | None) -> set[UUID]:
    """From `id` up to the root, `id` among them; empty for None and for an unknown id."""
    start = select(kind.id, kind.parent_id).where(kind.id == id).cte(recursive=True)
    chain = start.union(select(kind.id, kind.parent_id).where(kind.id == start.c.parent_id))
    return set((await session.scalars(select(chain.c.id))).all())


def below(kind: type[Node], root: UUID) -> Select[UUID]:
    """The ids of everything below `root`, without `root` itself."""
    start = select(kind.id).where(kind.parent_id == root).cte(recursive=True)
    tree = start.union(select(kind.id).where(kind.parent_id == start.c.id))
    return select(tree.c.id)
