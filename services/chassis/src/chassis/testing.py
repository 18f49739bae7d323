"""A service as its tests see it: real schema, real operations, a clock that stands still, an outbox to look into."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from chassis.answers import contract_of
from chassis.application import create_app
from chassis.database import Database
from chassis.events import Envelope
from chassis.identity import Caller, Verifier, Voucher, new_key_pair
from chassis.ids import uuid7
from chassis.inbox import Inbox
from chassis.manifest import Manifest
from chassis.schema import outbox


@dataclass
class StoppedClock:
    """Time as a test says it."""

    now: datetime = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: int) -> None:
        self.now += timedelta(**by)


@dataclass
class ServiceUnderTest:
    """`client` may do everything; `as_caller` gives a client with just the named permissions."""

    manifest: Manifest
    database: Database
    clock: StoppedClock
    app: FastAPI
    inbox: Inbox
    client: httpx.AsyncClient
    voucher: Voucher
    _sequences: dict[str, int] = field(default_factory=dict)

    def as_caller(self, *permissions: str, unit: UUID | None = None, subject: str = "somebody") -> httpx.AsyncClient:
        return _client(self.app, self.voucher, Caller(subject, frozenset(permissions), unit))

    async def deliver(
        self,
        type: str,
        data: dict[str, Any],
        *,
        subject: UUID | None = None,
        sequence: int | None = None,
        id: UUID | None = None,
    ) -> Envelope:
        """Another service's fact arrives; the reaction has committed (or was deferred) when this returns."""
        about = str(subject or uuid7())
        self._sequences[about] = sequence if sequence is not None else self._sequences.get(about, 0) + 1
        envelope = Envelope(
            id=id or uuid7(),
            source=f"/steward/{type.split('.', maxsplit=1)[0]}",
            type=type,
            subject=about,
            time=self.clock(),
            dataschema=f"urn:steward:event:{type}",
            sequence=self._sequences[about],
            correlationid=str(uuid7()),
            actor="another service",
            data=data,
        )
        await self.inbox.receive([envelope.encode()])
        return envelope

    async def announced(self, type: str | None = None) -> list[Envelope]:
        """The facts in the outbox, oldest first."""
        query = select(outbox.c.envelope).order_by(outbox.c.position)
        async with self.database.transaction() as session:
            bodies = (await session.scalars(query.where(outbox.c.type == type) if type else query)).all()
        return [Envelope.decode(body) for body in bodies]


def _client(app: FastAPI, voucher: Voucher, caller: Caller) -> httpx.AsyncClient:
    """Fails the test that receives an answer which the contract does not document."""

    async def vouched(request: httpx.Request) -> None:
        # For each request anew: a client may well outlive a token.
        request.headers.setdefault("Authorization", f"Bearer {voucher.vouch(caller)}")

    async def held_to_contract(answer: httpx.Response) -> None:
        await answer.aread()
        contract_of(app).hold(answer)

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://service",
        event_hooks={"request": [vouched], "response": [held_to_contract]},
    )


_built: dict[tuple[int, str], tuple[FastAPI, Database]] = {}


def _application(manifest: Manifest, dsn: str) -> tuple[FastAPI, Database]:
    """Built once in a process: making a hundred operations ready takes longer than most tests."""
    key = id(manifest), dsn
    if key not in _built:
        database = Database(dsn, manifest.name)
        _built[key] = create_app(manifest, database, Verifier(new_key_pair()[1])), database
    return _built[key]


@asynccontextmanager
async def service_under_test(manifest: Manifest, dsn: str) -> AsyncIterator[ServiceUnderTest]:
    """`dsn` names a migrated database of this service. Each time with keys and a clock of its own."""
    private, public = new_key_pair()
    voucher, clock = Voucher(private), StoppedClock()
    app, database = _application(manifest, dsn)
    app.state.verifier, app.state.clock = Verifier(public), clock
    try:
        async with _client(app, voucher, Caller("tester", frozenset({"*:*:*"}))) as client:
            inbox = Inbox(manifest, database, clock=clock)
            yield ServiceUnderTest(manifest, database, clock, app, inbox, client, voucher)
    finally:
        await database.close()
