"""Holding an aggregate still while it is changed without a version that the caller has read."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.aggregate import Aggregate
from chassis.operations import found

A = TypeVar("A", bound=Aggregate)


async def held(session: AsyncSession, kind: type[A], id: UUID, *, version: int | None = None) -> A:
    """As `found`; others who would change it wait until the transaction ends."""
    await session.execute(select(kind.id).where(kind.id == id).with_for_update(key_share=True))
    return await found(session, kind, id, version=version)
