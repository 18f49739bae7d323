"""`python -m standalone.demo --data FOLDER`: a fresh platform, a real provider's years, every total compared."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from chassis.telemetry import configure_logging
from gateway.clients import register
from gateway.front import server
from standalone.child import free_port
from standalone.client import steward
from standalone.demo.clock import MovableClock
from standalone.demo.published import Published
from standalone.demo.report import Report
from standalone.demo.story import play
from standalone.platform import databases, platform
from standalone.postgres import running

CONTRACTS = Path("contracts")


async def demo(published: Published, home: Path, admin_dsn: str) -> Report:
    """Two people act: one does the work, the other decides."""
    clients, port, clock = home / "clients.json", free_port(), MovableClock()
    people: list[Sequence[str]] = [
        register(clients, name=name, roles=["administrator"], client_id=name) for name in ("manager", "board")
    ]
    dsns = await databases(admin_dsn)
    async with AsyncExitStack() as stack:
        gateway, settings = await stack.enter_async_context(
            platform(dsns, port=port, clients_file=clients, contracts=CONTRACTS, clock=clock)
        )
        door = server(gateway, settings)
        serving = asyncio.create_task(door.serve())
        callers = [await stack.enter_async_context(steward(f"http://127.0.0.1:{port}", who)) for who in people]
        await callers[0].until_it_answers()
        try:
            return await play(callers[0], callers[1], clock, published)
        finally:
            door.should_exit = True
            await serving


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m standalone.demo", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of published data")
    published = Published(parser.parse_args().data)
    if not published.provider.is_dir():
        sys.exit(f"{published.folder} has no folder {published.provider.name}")
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="steward-demo-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the account of the database server must reach its files
        with running(home / "data", durable=False) as cluster:
            report = asyncio.run(demo(published, home, cluster.admin_dsn))
    print(report.conclusion())
    sys.exit(1 if report.broken else 0)


if __name__ == "__main__":
    main()
