"""Questions about the tree of market spaces, each answered by one statement."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.market_space.model import MarketSpace


async def ancestors(session: AsyncSession, id: UUID | None) -> set[UUID]:
    """From `id` up to the root, `id` among them; empty for None and for an unknown id."""
    start = select(MarketSpace.id, MarketSpace.parent_id).where(MarketSpace.id == id).cte(recursive=True)
    chain = start.union(select(MarketSpace.id, MarketSpace.parent_id).where(MarketSpace.id == start.c.parent_id))
    return set((await session.scalars(select(chain.c.id))).all())


def below(root: UUID) -> Select[tuple[MarketSpace]]:
    """Everything below `root`, without `root` itself."""
    start = select(MarketSpace.id).where(MarketSpace.parent_id == root).cte(recursive=True)
    tree = start.union(select(MarketSpace.id).where(MarketSpace.parent_id == start.c.id))
    return select(MarketSpace).where(MarketSpace.id.in_(select(tree.c.id)))
