"""What a service does by the clock, one worker at a time."""

from datetime import datetime

from sqlalchemy import func, select

from chassis.cause import Cause, because_of
from chassis.database import Database
from chassis.manifest import Chore


async def carry_out(chore: Chore, database: Database, at: datetime) -> bool:
    """One piece of it, in a transaction of its own; True when there may be more. While another worker is at it, that
    one will see to the rest."""
    lock = func.hashtextextended(f"chore {chore.name} of {database.schema}", 0)
    async with database.transaction() as session:
        if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
            return False
        with because_of(Cause(actor="clock")):
            more = await chore.do(session, at)
            await session.flush()
        return more
