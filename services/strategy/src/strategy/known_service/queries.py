"""What is known of services: learned from facts, looked up by offerings."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.evidence.queries import planned
from strategy.known_service.model import KnownService


async def learn(session: AsyncSession, id: UUID, *, sequence: int, **known: Any) -> bool:
    """False when something at least as new is known already; then nothing changes."""
    values = {"known_sequence": sequence, **known}
    row = insert(KnownService).values(id=id, **values)
    newer = row.on_conflict_do_update(
        index_elements=[KnownService.id], set_=values, where=KnownService.known_sequence < sequence
    )
    return await session.scalar(newer.returning(KnownService.id)) is not None


async def relearn(session: AsyncSession, id: UUID, *, sequence: int, **known: Any) -> None:
    """The same for facts that do not say at which stage the service is: they add nothing to an unknown one."""
    older = update(KnownService).where(KnownService.id == id, KnownService.known_sequence < sequence)
    await session.execute(older.values(known_sequence=sequence, **known))


async def named(session: AsyncSession, ids: Collection[UUID]) -> list[KnownService]:
    """Those that are known; their stage does not change until the transaction ends."""
    query = select(KnownService).where(KnownService.id.in_(ids)).order_by(KnownService.id).with_for_update(read=True)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


async def planned_among(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Those that are only planned: drafts can be made of them, and initiatives build them."""
    return set((await session.scalars(planned(ids))).all())
