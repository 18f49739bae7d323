"""`python -m tests.faults.later_release FOLDER SERVICE migrate`: a release to come, with the migrations there."""

import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from shutil import copytree, ignore_patterns

from chassis import cli, migrations
from chassis.manifest import Manifest

PACKAGE = "later_migrations"
MIGRATION = """
from alembic import op

revision, down_revision = {revision!r}, {before!r}


def upgrade() -> None:
    op.execute("ALTER TABLE {table} ADD COLUMN {revision} text")
    op.execute("CREATE TABLE {revision} (id bigint PRIMARY KEY)")
    op.execute("SELECT pg_sleep(1)")
"""


def prepare(folder: Path, manifest: Manifest, table: str, number: int) -> None:
    """Adds one more migration to those of today, and to those added before."""
    package = folder / PACKAGE
    if not package.exists():
        copytree(Path(import_module(manifest.migrations).__path__[0]), package, ignore=ignore_patterns("__pycache__"))
    before = f"later_{number - 1}" if number > 1 else migrations._script(manifest.migrations).get_current_head()
    text = MIGRATION.format(revision=f"later_{number}", before=before, table=table)
    (package / f"later_{number}.py").write_text(text)


def main() -> None:
    folder, service, *_ = sys.argv[1:]
    sys.path.insert(0, folder)
    del sys.argv[1:3]
    manifest: Manifest = import_module(f"{service}.app").manifest
    cli.main(replace(manifest, migrations=PACKAGE))


if __name__ == "__main__":
    main()
