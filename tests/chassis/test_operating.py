"""What operators rely on: readiness, figures, logs without secrets, migrations that several replicas start at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis import migrations
from chassis.application import create_app
from chassis.database import Database
from chassis.identity import Verifier, new_key_pair
from chassis.telemetry import HIDDEN, without_secrets
from chassis.testing import ServiceUnderTest
from tests.chassis.post import manifest


async def asked(database: Database, path: str) -> httpx.Response:
    app = create_app(manifest, database, Verifier(new_key_pair()[1]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service") as client:
        return await client.get(path)


async def test_a_service_is_ready_once_its_schema_is_at_head(fresh_database: Callable[..., str]) -> None:
    dsn = fresh_database(manifest, migrated=False)
    database = Database(dsn, manifest.name)
    before = await asked(database, "/readyz")
    assert (before.status_code, before.json()["checks"]) == (503, {"schema": "the schema is not at head: run migrate"})
    assert (await asked(database, "/livez")).status_code == 200
    await migrations.upgrade(manifest, dsn)
    assert (await asked(database, "/readyz")).status_code == 200
    await database.close()


async def test_a_service_without_its_database_lives_and_is_not_ready() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", manifest.name)
    assert (await asked(database, "/livez")).status_code == 200
    assert (await asked(database, "/readyz")).status_code == 503


async def test_a_service_stays_ready_when_a_later_release_has_migrated(fresh_database: Callable[..., str]) -> None:
    dsn = fresh_database(manifest)
    database = Database(dsn, manifest.name)
    async with database.transaction() as session:
        await session.execute(text("UPDATE service_version SET version_num = '0002'"))
    later = await asked(database, "/readyz")
    assert (later.status_code, later.json()["checks"]) == (200, {})
    await migrations.upgrade(manifest, dsn)
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT version_num FROM service_version")) == "0002"
    await database.close()


async def test_replicas_may_migrate_at_once(fresh_database: Callable[..., str]) -> None:
    dsn = fresh_database(manifest, migrated=False)
    await asyncio.gather(*(migrations.upgrade(manifest, dsn) for _ in range(4)))
    database = Database(dsn, manifest.name)
    assert await migrations.is_at_head(manifest, database)
    assert await migrations.drift(manifest, database) == []
    await database.close()


async def test_a_migration_that_fails_leaves_nothing_behind(fresh_database: Callable[..., str]) -> None:
    dsn = fresh_database(manifest, migrated=False)
    database = Database(dsn, manifest.name)
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE parcels ()"))
    with pytest.raises(DBAPIError):
        await migrations.upgrade(manifest, dsn)
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT to_regclass('outbox')")) is None
        await session.execute(text("DROP TABLE parcels"))
    await migrations.upgrade(manifest, dsn)
    assert await migrations.is_at_head(manifest, database)
    await database.close()


async def test_facts_that_wait_and_requests_that_were_answered_are_counted(post: ServiceUnderTest) -> None:
    await post.client.post("/v1/parcels", json={"address": "Elm 1"})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=post.app), base_url="http://service") as scraper:
        figures = (await scraper.get("/metrics")).text
    assert 'steward_outbox_depth{service="post"} 1.0' in figures
    assert 'steward_events_parked{service="post"} 0.0' in figures
    assert 'steward_requests_total{operation="send",service="post",status="201"}' in figures


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ({"authorization": "Bearer abc"}, {"authorization": HIDDEN}),
        ({"client_secret": "abc", "Password": "abc"}, {"client_secret": HIDDEN, "Password": HIDDEN}),
        ({"event": "GET with Bearer abc.def-g"}, {"event": f"GET with Bearer {HIDDEN}"}),
        ({"error": "amqp://guest:guest@host/x"}, {"error": f"amqp://guest:{HIDDEN}@host/x"}),
        ({"error": "postgresql+asyncpg://a:b:c@h/d"}, {"error": f"postgresql+asyncpg://a:{HIDDEN}@h/d"}),
        ({"path": "/v1/parcels", "status": 200}, {"path": "/v1/parcels", "status": 200}),
    ],
)
def test_a_log_entry_shows_no_secret(entry: dict[str, Any], shown: dict[str, Any]) -> None:
    assert without_secrets(None, "info", dict(entry)) == shown
