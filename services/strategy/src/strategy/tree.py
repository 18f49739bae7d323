"""Questions about the trees of market spaces, customers, objectives and assets, each answered by one statement."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.asset.model import Asset
from strategy.customer.model import Customer
from strategy.market_space.model import MarketSpace
from strategy.objective.model import Objective

Node = TypeVar("Node", MarketSpace, Customer, Objective, Asset)


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


def standing_below(kind: type[Node]) -> Any:
    """Pairs of `top` and `id`: each node with itself and with everything below it."""
    start = select(kind.id.label("top"), kind.id.label("id")).cte(f"{kind.__tablename__}_below", recursive=True)
    return start.union(select(start.c.top, kind.id).where(kind.parent_id == start.c.id))
