"""One database and one login role per service, each closed to all the others."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

LOCK = 5_011_874_203  # any fixed number: whoever prepares one server waits for the others
TEMPLATE = "template0"


async def prepare(admin_dsn: str, services: Mapping[str, str]) -> dict[str, str]:
    """Takes the password of every service, returns its DSN. May run again and by several at once.

    Database, role and schema have the name of the service. An existing role gets the password that is given here.
    """
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", LOCK)  # let go with the connection
        for service, password in services.items():
            await ensure_role(admin, service, password)
            await ensure_database(admin, service, owner=service)
            await ensure_schema(dsn_for(admin_dsn, service), service, owner=service)
    finally:
        await admin.close()
    return {service: dsn_for(admin_dsn, service, service, password) for service, password in services.items()}


async def ensure_role(admin: Any, role: str, password: str) -> None:
    known = await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD"
    await command(admin, f"{'ALTER' if known else 'CREATE'} ROLE %I {rights} %L", role, password)


async def ensure_database(admin: Any, database: str, *, owner: str, template: str = TEMPLATE) -> None:
    """Nobody but its owner and administrators may connect."""
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        await command(admin, "CREATE DATABASE %I OWNER %I TEMPLATE %I", database, owner, template)
    await command(admin, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database)


async def ensure_schema(admin_dsn: str, schema: str, *, owner: str) -> None:
    """In the database that the DSN names; `public` is closed there."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await command(admin, "CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I", schema, owner)
    finally:
        await admin.close()


async def command(connection: Any, template: str, *names: str) -> None:
    """Runs a command that takes no parameters; PostgreSQL itself quotes: `%I` a name, `%L` a literal."""
    await connection.execute(await connection.fetchval("SELECT format($1, VARIADIC $2::text[])", template, names))


def dsn_for(dsn: str, database: str, user: str | None = None, password: str = "") -> str:
    """The same server, another database and, if one is given, another user."""
    parts = urlsplit(dsn)
    address = parts.netloc.rpartition("@")[2]
    who = f"{quote(user, '')}:{quote(password, '')}" if user else parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{who}@{address}", path=f"/{quote(database, '')}"))
