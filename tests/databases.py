"""Databases for tests: migrated once per service as in production, then copied for whoever needs one."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

import chassis
from chassis.manifest import Manifest
from chassis.migrations import upgrade
from standalone.databases import LOCK, TEMPLATE, command, dsn_for, ensure_database, ensure_role, ensure_schema

T = TypeVar("T")

PREFIX = "steward_test_"
VERSION_TABLES = ("platform_version", "service_version")  # emptied, they would say that nothing was migrated

# Deleting a few rows is ten times as fast as truncating, which makes new files for every table that refers to those.
# Triggers that keep a ledger unchanged, or a reference unbroken, do not fire for a replica.
CLEAN = """
DO $$
DECLARE
    filled regclass;
    counter regclass;
BEGIN
    SET LOCAL lock_timeout = '10s';
    SET LOCAL session_replication_role = replica;
    FOR filled IN
        SELECT oid FROM pg_class
        WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
        AND relname NOT IN {kept}
    LOOP
        EXECUTE 'LOCK ' || filled || ' IN EXCLUSIVE MODE'; -- whoever still writes is waited for
        IF pg_relation_size(filled) > 1000000 THEN
            EXECUTE 'TRUNCATE ' || filled || ' CASCADE';
        ELSE
            EXECUTE 'DELETE FROM ' || filled;
        END IF;
    END LOOP;
    FOR counter IN
        SELECT (quote_ident(schemaname) || '.' || quote_ident(sequencename))::regclass FROM pg_sequences
        WHERE schemaname = '{schema}' AND last_value IS NOT NULL
    LOOP
        EXECUTE 'ALTER SEQUENCE ' || counter || ' RESTART';
    END LOOP;
    SET LOCAL session_replication_role = origin;
END $$
"""


@dataclass(frozen=True)
class Databases:
    """Of one server. Every database belongs to the role of its service, as in production."""

    admin_dsn: str
    _made: list[str] = field(default_factory=list)

    def copy(self, service: str | Manifest) -> str:
        """A new migrated database of that service; returns its DSN."""
        manifest = _manifest(service)
        return _finished(self._copy(manifest.name, manifest))

    def empty(self, service: str | Manifest) -> str:
        """The same before its first migration."""
        return _finished(self._copy(service if isinstance(service, str) else service.name, None))

    def drop(self, *dsns: str) -> None:
        """Those databases, or all that were made here; whoever is still connected is thrown out."""
        names = [dsn.rpartition("/")[2] for dsn in dsns] or list(self._made)
        _finished(self._drop(names))

    async def _copy(self, name: str, migrated: Manifest | None) -> str:
        role, database = PREFIX + name, f"{PREFIX}{name}_{uuid4().hex[:12]}"
        password = sha256(f"{self.admin_dsn} {role}".encode()).hexdigest()  # the same in every worker
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            await admin.execute("SELECT pg_advisory_lock($1)", LOCK)
            await ensure_role(admin, role, password)
            await command(admin, "GRANT SET ON PARAMETER session_replication_role TO %I", role)
            template = await self._template(admin, migrated, role, password) if migrated else TEMPLATE
            await ensure_database(admin, database, owner=role, template=template)
        finally:
            await admin.close()
        if not migrated:
            await ensure_schema(dsn_for(self.admin_dsn, database), name, owner=role)
        self._made.append(database)
        return dsn_for(self.admin_dsn, database, role, password)

    async def _template(self, admin: Any, manifest: Manifest, role: str, password: str) -> str:
        name = f"{PREFIX}{manifest.name}_{_fingerprint(manifest)}"
        finished = await admin.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", name)
        if finished:
            return name
        if finished is False:
            await command(admin, "DROP DATABASE %I WITH (FORCE)", name)
        await ensure_database(admin, name, owner=role)
        await ensure_schema(dsn_for(self.admin_dsn, name), manifest.name, owner=role)
        await upgrade(manifest, dsn_for(self.admin_dsn, name, role, password))
        await command(admin, "ALTER DATABASE %I IS_TEMPLATE true ALLOW_CONNECTIONS false", name)
        return name

    async def _drop(self, names: list[str]) -> None:
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            for name in names:
                await command(admin, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)
                self._made.remove(name)
        finally:
            await admin.close()


async def clean(where: AsyncEngine | str, schema: str) -> None:
    """Empties all tables of the schema, through an engine or a DSN, in one statement."""
    statement = CLEAN.format(schema=schema, kept=VERSION_TABLES)
    if isinstance(where, AsyncEngine):
        async with where.begin() as connection:
            await connection.exec_driver_sql(statement)
        return
    connection = await asyncpg.connect(where)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that the account of the database server can reach, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="steward-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _manifest(service: str | Manifest) -> Manifest:
    if isinstance(service, Manifest):
        return service
    manifest: Manifest = import_module(f"{service}.app").manifest
    return manifest


def _fingerprint(manifest: Manifest) -> str:
    """Of everything that a migration may read: another fingerprint, another template."""
    folders = [*chassis.__path__, *import_module(manifest.migrations).__path__]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """Its result, also from within a running event loop, whose own tasks wait meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
