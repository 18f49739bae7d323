"""Keeping subscriptions as portfolio tells of them; what is older than what is known is ignored."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from finance.subscription.model import Subscription


async def start(
    session: AsyncSession,
    *,
    id: UUID,
    service_id: UUID,
    consumer_id: UUID,
    quantity: Decimal,
    starts_on: date,
    sequence: int,
) -> None:
    said = {
        "service_id": service_id,
        "consumer_id": consumer_id,
        "quantity": quantity,
        "starts_on": starts_on,
        "known_sequence": sequence,
    }
    upsert = insert(Subscription).values(id=id, **said)
    await session.execute(
        upsert.on_conflict_do_update(
            index_elements=["id"], set_=said, where=Subscription.known_sequence < upsert.excluded.known_sequence
        )
    )


async def end(session: AsyncSession, *, id: UUID, on: date, sequence: int) -> None:
    """`on` is the first day without the service."""
    known = Subscription.id == id, Subscription.known_sequence < sequence
    await session.execute(update(Subscription).where(*known).values(ends_on=on, known_sequence=sequence))
