"""`python -m standalone [run | migrate | drift]`: the platform in one process, on a database server of its own."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis import migrations
from chassis.database import Database
from chassis.telemetry import configure_logging
from gateway.front import server
from standalone import sample
from standalone.client import steward
from standalone.home import Home, chosen_port
from standalone.manifests import SERVICES
from standalone.platform import databases, platform
from standalone.postgres import running
from standalone.summary import summary

DATABASE_VARIABLE = "DATABASE_URL"
CONTRACTS = Path("contracts")


@contextmanager
def home_for(command: str) -> Iterator[Home]:
    """Looking for drift touches nobody's data: it has a home of its own, for as long as it looks."""
    if command != "drift":
        yield Home.here()
        return
    with TemporaryDirectory(prefix="steward-drift-") as folder:
        Path(folder).chmod(0o755)  # the account of the database server must reach its files
        yield Home(Path(folder))


@contextmanager
def database_server(home: Home) -> Iterator[str]:
    """The administrator's DSN: of the server in DATABASE_URL, else of a private one."""
    if given := os.environ.get(DATABASE_VARIABLE):
        yield given
        return
    with running(home.data) as cluster:
        yield cluster.admin_dsn


async def run(home: Home, admin_dsn: str) -> None:
    """Starts, loads the sample organization into an empty platform, says what is there, and answers until stopped."""
    credentials, port = home.administrator(), chosen_port()
    address = f"http://127.0.0.1:{port}"
    dsns = await databases(admin_dsn)
    async with platform(dsns, port=port, clients_file=home.clients, contracts=CONTRACTS) as (gateway, settings):
        door = server(gateway, settings)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(door.serve())
            async with steward(address, credentials) as caller:
                await caller.until_it_answers()
                await sample.load_if_empty(caller)
                print(await summary(caller, address, home.credentials), flush=True)
    print("Stopped; the data stay. Next: make run")


async def migrate(_: Home, admin_dsn: str) -> None:
    await databases(admin_dsn)
    print("All schemas are at head.")


async def drift(_: Home, admin_dsn: str) -> None:
    """Exits with 1 when the mapped classes say what no migration has made."""
    dsns = await databases(admin_dsn)
    found = []
    for manifest in SERVICES:
        database = Database(dsns[manifest.name], manifest.name)
        found += [f"{manifest.name}: {difference}" for difference in await migrations.drift(manifest, database)]
        await database.close()
    if found:
        sys.exit("\n".join(["Classes and migrations differ:", *found]))


COMMANDS = {"run": run, "migrate": migrate, "drift": drift}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m standalone", description=__doc__)
    parser.add_argument("command", nargs="?", choices=list(COMMANDS), default="run")
    command = parser.parse_args().command
    configure_logging("WARNING")
    with home_for(command) as home, database_server(home) as admin_dsn:
        asyncio.run(COMMANDS[command](home, admin_dsn))


if __name__ == "__main__":
    main()
