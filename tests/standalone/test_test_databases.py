"""The databases that tests get: migrated, closed to other roles, and empty when they say so."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from tests.databases import Databases, clean

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'finance'"
LEDGER = """
CREATE TABLE finance.entry (id int PRIMARY KEY);
CREATE TABLE finance.line (entry_id int REFERENCES finance.entry);
CREATE FUNCTION finance.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'immutable'; END $$;
CREATE TRIGGER immutable BEFORE TRUNCATE ON finance.entry EXECUTE FUNCTION finance.refuse();
"""
ROWS = "INSERT INTO finance.entry VALUES (1); INSERT INTO finance.line VALUES (1)"
COUNT = "SELECT (SELECT count(*) FROM finance.entry) + (SELECT count(*) FROM finance.line)"


async def ask(dsn: str, question: str, *more: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in more:
            await connection.execute(statement)
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_the_database_of_a_service_is_migrated_and_the_same_all_along(service_dsn: Callable[[str], str]) -> None:
    dsn = service_dsn("finance")
    assert service_dsn("finance") == dsn
    assert await ask(dsn, TABLES) > 3
    assert await ask(dsn, "SELECT current_user") == "steward_test_finance"


async def test_a_fresh_database_is_a_copy_that_does_not_touch_the_shared_one(
    service_dsn: Callable[[str], str], fresh_database: Callable[..., str]
) -> None:
    fresh = fresh_database("finance")
    await ask(fresh, "SELECT 1", "CREATE TABLE finance.only_here ()")
    assert await ask(fresh, TABLES) == await ask(service_dsn("finance"), TABLES) + 1
    assert await ask(fresh_database("finance", migrated=False), TABLES) == 0


async def test_a_test_database_is_closed_to_the_role_of_another_service(fresh_database: Callable[..., str]) -> None:
    finance, strategy = fresh_database("finance"), fresh_database("strategy", migrated=False)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(strategy.rpartition("/")[0] + "/" + finance.rpartition("/")[2])


async def test_cleaning_empties_also_what_a_trigger_protects_and_keeps_the_state_of_migration(
    fresh_database: Callable[..., str],
) -> None:
    dsn = fresh_database("finance")
    version = "SELECT version_num FROM finance.platform_version"
    before = await ask(dsn, version, LEDGER, ROWS)
    await clean(dsn, "finance")
    assert await ask(dsn, COUNT) == 0
    assert await ask(dsn, version) == before is not None
    await ask(dsn, "SELECT 1", ROWS)
    engine = create_async_engine(dsn.replace("postgresql", "postgresql+asyncpg"), connect_args={"ssl": False})
    await clean(engine, "finance")
    await engine.dispose()
    assert await ask(dsn, COUNT) == 0


async def test_what_was_made_is_dropped(databases: Databases) -> None:
    dsn = databases.copy("finance")
    databases.drop(dsn)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)
