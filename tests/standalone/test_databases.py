"""Every service has a database of its own, and sees nothing of the others'."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from standalone.databases import dsn_for, prepare
from standalone.postgres import running
from tests.databases import scratch

SERVICES = {"portfolio": 'it\'s a "secret" %I / @', "finance": "f", "of other's": "o"}


@pytest.fixture(scope="module")
def admin_dsn() -> Iterator[str]:
    with scratch() as folder, running(folder, durable=False) as cluster:
        yield cluster.admin_dsn


async def ask(dsn: str, question: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_a_service_may_use_its_database_and_schema(admin_dsn: str) -> None:
    dsns = await prepare(admin_dsn, SERVICES)
    await ask(dsns["portfolio"], "CREATE TABLE portfolio.mine AS SELECT 1 AS one")
    await ask(dsns["portfolio"], "CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA portfolio")
    assert await ask(dsns["portfolio"], "SELECT one FROM portfolio.mine") == 1
    assert await ask(dsns["of other's"], "SELECT current_user || current_database()") == "of other'sof other's"


async def test_the_role_of_one_service_cannot_connect_to_the_database_of_another(admin_dsn: str) -> None:
    dsns = await prepare(admin_dsn, SERVICES)
    for other in SERVICES.keys() - {"portfolio"}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(dsn_for(dsns["portfolio"], other))


async def test_the_role_of_a_service_cannot_become_more_than_it_is(admin_dsn: str) -> None:
    dsn = (await prepare(admin_dsn, SERVICES))["finance"]
    for attempt in (
        "SET ROLE portfolio",
        "CREATE ROLE more",
        "CREATE DATABASE more",
        "SELECT pg_read_file('PG_VERSION')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(dsn, attempt)


async def test_preparing_again_keeps_the_data_and_takes_the_new_password(admin_dsn: str) -> None:
    before = await prepare(admin_dsn, {"strategy": "old"})
    await ask(before["strategy"], "CREATE TABLE strategy.kept AS SELECT 42 AS answer")
    after = await prepare(admin_dsn, {"strategy": "new"})
    assert await ask(after["strategy"], "SELECT answer FROM strategy.kept") == 42
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(before["strategy"])


async def test_several_may_prepare_one_server_at_once(admin_dsn: str) -> None:
    services = {f"service_{number}": "p" for number in range(3)}
    dsns = await asyncio.gather(*(prepare(admin_dsn, services) for _ in range(4)))
    assert await ask(dsns[0]["service_2"], "SELECT current_database()") == "service_2"
