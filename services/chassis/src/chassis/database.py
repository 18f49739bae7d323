"""The one place where sessions begin and end: connections, transactions, and recorded facts into the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, UOWTransaction

from chassis.aggregate import Aggregate
from chassis.cause import current_cause
from chassis.events import enveloped
from chassis.ids import uuid7
from chassis.schema import outbox
from chassis.telemetry import current_traceparent

WAKE_CHANNEL = "outbox"


class Recording(Session):
    """A session whose flushes carry the facts of its aggregates into the outbox."""


class Database:
    """Connections of one service to its own schema. Every wait has a limit: for a connection, a lock, a statement."""

    def __init__(self, dsn: str, schema: str, *, pool_size: int = 10, statement_timeout_seconds: int = 60) -> None:
        self.schema, self.connections_limit = schema, 2 * pool_size
        self.engine = create_async_engine(
            make_url(dsn).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            pool_pre_ping=True,
            connect_args={
                "ssl": False if make_url(dsn).host in {"127.0.0.1", "localhost"} else "prefer",
                "timeout": 10,
                "server_settings": {
                    "search_path": schema,
                    "application_name": f"steward-{schema}",
                    "statement_timeout": f"{statement_timeout_seconds}s",
                    "lock_timeout": "10s",
                    "idle_in_transaction_session_timeout": "120s",
                },
            },
        )
        self._sessions = async_sessionmaker(self.engine, sync_session_class=Recording, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commits when the block ends, rolls back when it raises."""
        async with self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def own_connection(self) -> AsyncIterator[AsyncConnection]:
        """For locks and notifications that outlast transactions: each statement commits itself; never used again."""
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            try:
                yield connection
            finally:
                await connection.invalidate()

    async def close(self) -> None:
        await self.engine.dispose()


# Facts are collected before the flush, while the session still holds their aggregates, and written after it, when the
# aggregate's row is locked: so the order in the outbox is the order of the changes.
@event.listens_for(Recording, "before_flush")
def _collect_facts(session: Session, _: UOWTransaction, __: Any) -> None:
    facts = session.info.setdefault("facts", [])
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Aggregate) and row.recorded:
            facts.extend((row.id, *recorded) for recorded in row.recorded)
            row.recorded.clear()


@event.listens_for(Recording, "after_flush")
def _write_facts(session: Session, _: UOWTransaction) -> None:
    facts = session.info.pop("facts", [])
    if not facts:
        return
    unstated, trace, at = current_cause(), current_traceparent(), datetime.now(UTC)
    envelopes = [
        enveloped(
            fact,
            id=uuid7(),
            subject=subject,
            sequence=sequence,
            cause=cause or unstated,
            at=at,
            traceparent=cause.traceparent if cause and cause.traceparent else trace,
        )
        for subject, sequence, fact, cause in facts
    ]
    rows = [
        {"id": e.id, "type": e.type, "subject": e.subject, "envelope": e.encode(), "recorded_at": at} for e in envelopes
    ]
    session.execute(insert(outbox), rows)
    session.info["wake"] = True


@event.listens_for(Recording, "before_commit")
def _wake_relay(session: Session) -> None:
    session.flush()
    if session.info.pop("wake", False):
        session.connection().exec_driver_sql(f"NOTIFY {WAKE_CHANNEL}")


@event.listens_for(Recording, "after_rollback")
def _forget(session: Session) -> None:
    session.info.clear()
