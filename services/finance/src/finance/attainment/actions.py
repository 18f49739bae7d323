"""Keeping attainments as portfolio tells of them; what is older than what is known is ignored."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from finance.attainment.model import Attainment

KEY = ("service_id", "window", "starts_on")


async def keep(session: AsyncSession, **said: Any) -> None:
    """`said` are the columns of an Attainment."""
    upsert = insert(Attainment).values(**said)
    newer = {name: upsert.excluded[name] for name in said if name not in KEY}
    await session.execute(
        upsert.on_conflict_do_update(index_elements=KEY, set_=newer, where=Attainment.number < upsert.excluded.number)
    )
