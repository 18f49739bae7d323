"""The schema of one service, brought to its newest state; several replicas may try at once."""

from importlib.resources import as_file, files
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from chassis.database import Database
from chassis.manifest import Manifest
from chassis.schema import platform

PLATFORM = "chassis.platform_migrations"
LOCK = 7_203_419_255  # any fixed number: replicas that migrate one database wait for each other


def _histories(manifest: Manifest) -> list[tuple[str, str, MetaData]]:
    return [("platform_version", PLATFORM, platform), ("service_version", manifest.migrations, manifest.metadata)]


def _script(package: str) -> ScriptDirectory:
    with as_file(files(package)) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _upgrade(connection: Connection, manifest: Manifest) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{manifest.name}"'))
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    for version_table, package, metadata in _histories(manifest):
        script = _script(package)
        if _is_beyond(connection, version_table, script):
            continue

        def to_head(revision: Any, _: Any, script: ScriptDirectory = script) -> Any:
            return script._upgrade_revs("head", revision)

        with EnvironmentContext(Config(), script, fn=to_head, destination_rev="head") as environment:
            environment.configure(connection=connection, target_metadata=metadata, version_table=version_table)
            environment.run_migrations()


async def upgrade(manifest: Manifest, dsn: str) -> None:
    """Migrates everything in one transaction: a migration that is killed in the middle leaves no trace."""
    database = Database(dsn, manifest.name, statement_timeout_seconds=600)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade, manifest)
    finally:
        await database.close()


def _revision(connection: Connection, version_table: str) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": version_table}).get_current_revision()


def _is_beyond(connection: Connection, version_table: str, script: ScriptDirectory) -> bool:
    """A later release has migrated already, in a way that this one can go on with: it may still run, or run again."""
    revision = _revision(connection, version_table)
    return revision is not None and revision not in {known.revision for known in script.walk_revisions()}


def _is_at_head(connection: Connection, manifest: Manifest) -> bool:
    scripts = [(table, _script(package)) for table, package, _ in _histories(manifest)]
    return all(
        _revision(connection, table) == script.get_current_head() or _is_beyond(connection, table, script)
        for table, script in scripts
    )


async def is_at_head(manifest: Manifest, database: Database) -> bool:
    """Or beyond it: when a release is rolled out, the schema changes before the last process of the old one ends."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_is_at_head, manifest)


def _drift(connection: Connection, manifest: Manifest) -> list[Any]:
    """What the mapped classes say beyond what the migrations made."""
    tables = {name for _, _, metadata in _histories(manifest) for name in metadata.tables}
    differences: list[Any] = []
    for _, _, metadata in _histories(manifest):
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _, known=metadata: (
                    kind != "table"
                    or name in known.tables
                    or name not in tables | {"platform_version", "service_version"}
                ),
            },
        )
        differences += compare_metadata(context, metadata)
    return differences


async def drift(manifest: Manifest, database: Database) -> list[Any]:
    async with database.engine.connect() as connection:
        return await connection.run_sync(_drift, manifest)
