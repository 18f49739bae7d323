"""What happens to consumers when their customers are heard of."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from finance.consumer.model import Consumer, ConsumerUnknown


async def know(session: AsyncSession, *, id: UUID, code: str, name: str, sequence: int) -> None:
    consumer = await session.get(Consumer, id, with_for_update=True)
    if consumer is None:
        session.add(Consumer.know(id=id, code=code, name=name, sequence=sequence))
    elif consumer.hear(sequence=sequence):
        consumer.describe(code=code, name=name)


async def merge(session: AsyncSession, *, id: UUID, into: UUID, sequence: int) -> None:
    """Whoever was merged into it before now belongs to the survivor too. ConsumerUnknown while one is not known yet."""
    merged, survivor = await session.get(Consumer, id, with_for_update=True), await session.get(Consumer, into)
    if merged is None or survivor is None:
        raise ConsumerUnknown(f"The customers {id} and {into} cannot be merged before both are known.")
    if not merged.hear(sequence=sequence):
        return
    final = survivor.survivor_id or survivor.id
    merged.merge(into=final)
    await session.execute(update(Consumer).where(Consumer.survivor_id == merged.id).values(survivor_id=final))
