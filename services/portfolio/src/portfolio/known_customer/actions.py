"""What the portfolio learns about customers; facts older than what it knows change nothing."""

from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.known_customer.model import KnownCustomer
from portfolio.subscription.model import Subscription


async def know(session: AsyncSession, *, id: UUID, code: str, name: str, sequence: int) -> None:
    """A merger that was heard of first is kept; only its code and name were missing."""
    known = insert(KnownCustomer).values(id=id, code=code, name=name, known_sequence=sequence)
    newer = or_(KnownCustomer.known_sequence < sequence, KnownCustomer.code.is_(None))
    latest = func.greatest(KnownCustomer.known_sequence, sequence)
    changes = {"code": code, "name": name, "known_sequence": latest}
    await session.execute(known.on_conflict_do_update(index_elements=[KnownCustomer.id], set_=changes, where=newer))


async def merge(session: AsyncSession, *, merged: UUID, into: UUID, sequence: int) -> None:
    """All that the merged customer subscribes to goes to the one that lives on, itself perhaps merged by now.

    Mergers cannot be taken back: one that comes late or twice is still right.
    """
    living = func.coalesce(KnownCustomer.survivor_id, KnownCustomer.id)
    survivor = await session.scalar(select(living).where(KnownCustomer.id == into)) or into
    known = insert(KnownCustomer).values(id=merged, survivor_id=survivor, known_sequence=sequence)
    latest = func.greatest(KnownCustomer.known_sequence, sequence)
    changes = {"survivor_id": survivor, "known_sequence": latest}
    await session.execute(known.on_conflict_do_update(index_elements=[KnownCustomer.id], set_=changes))
    redirects = update(KnownCustomer).where(KnownCustomer.survivor_id == merged)
    await session.execute(redirects.values(survivor_id=survivor))
    moved = update(Subscription).where(Subscription.customer_id == merged)
    await session.execute(moved.values(customer_id=survivor, version=Subscription.version + 1))
