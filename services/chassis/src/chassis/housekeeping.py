"""What a service need not keep for ever: published facts, events acted on, answers kept for repeated requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, func, select, tuple_
from sqlalchemy.sql.dml import ReturningDelete

from chassis.database import Database
from chassis.manifest import Outdated
from chassis.schema import idempotency_keys, inbox, outbox

BATCH = 5000
IDEMPOTENCY_KEYS_KEPT = timedelta(days=7)
LONGER_THAN_FACTS = timedelta(days=30)  # an event published again from the outbox must still be known in the inbox


async def tidy(database: Database, *, outbox_retention_days: int, outdated: Sequence[Outdated] = ()) -> bool:
    """Deletes at most a batch of each kind; True when there may be more."""
    retention = timedelta(days=outbox_retention_days)
    deleted = [
        await _run(database, _published_facts(retention)),
        await _run(database, _expired(inbox, "received_at", retention + LONGER_THAN_FACTS)),
        await _run(database, _expired(idempotency_keys, "recorded_at", IDEMPOTENCY_KEYS_KEPT)),
        *[await _run(database, statement(BATCH)) for statement in outdated],
    ]
    return max(deleted) >= BATCH


async def _run(database: Database, statement: ReturningDelete[*tuple[Any, ...]]) -> int:
    async with database.transaction() as session:
        return len((await session.execute(statement)).all())


def _published_facts(age: timedelta) -> ReturningDelete[*tuple[Any, ...]]:
    """The oldest of the feed; its last one always stays, since the next is counted on from it."""
    places = select(func.least(func.min(outbox.c.feed_position) + BATCH, func.max(outbox.c.feed_position)))
    return (
        delete(outbox)
        .where(outbox.c.feed_position < places.scalar_subquery(), outbox.c.published_at < func.now() - age)
        .returning(outbox.c.position)
    )


def _expired(table: Table, instant: str, age: timedelta) -> ReturningDelete[*tuple[Any, ...]]:
    key = tuple_(*table.primary_key.columns)
    old = select(*table.primary_key.columns).where(table.c[instant] < func.now() - age).limit(BATCH)
    return delete(table).where(key.in_(old)).returning(table.c[instant])
