"""`python -m standalone.demo --data FOLDER`: a real provider's years through a platform, every total compared."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from chassis.clock import wall_clock
from chassis.telemetry import configure_logging
from gateway.clients import register
from gateway.front import server
from standalone.child import free_port
from standalone.client import steward
from standalone.demo.clock import MovableClock
from standalone.demo.decisions import FOLLOW_UP_DAYS
from standalone.demo.published import Published
from standalone.demo.report import Report
from standalone.demo.story import Days, conclude, follow_up, play
from standalone.platform import databases, platform
from standalone.postgres import running

CONTRACTS = Path("contracts")
NOTICE_DAYS = 30
PEOPLE = ("manager", "board")


async def demo(published: Published, home: Path, admin_dsn: str) -> Report:
    """On a platform of its own. Two people act: one does the work, the other decides."""
    clients, port, clock, report = home / "clients.json", free_port(), MovableClock(), Report()
    people = [register(clients, name=name, roles=["administrator"], client_id=name) for name in PEOPLE]
    dsns = await databases(admin_dsn)
    async with AsyncExitStack() as stack:
        gateway, settings = await stack.enter_async_context(
            platform(dsns, port=port, clients_file=clients, contracts=CONTRACTS, clock=clock)
        )
        door = server(gateway, settings)
        serving = asyncio.create_task(door.serve())
        manager, board = [await stack.enter_async_context(steward(f"http://127.0.0.1:{port}", who)) for who in people]
        await manager.until_it_answers()
        try:
            today = clock().date()
            await play(manager, board, Days(today, today + timedelta(days=NOTICE_DAYS)), published, report)
            clock.advance(days=NOTICE_DAYS + 1)
            manager.forget_token()
            await conclude(manager, report)
            clock.advance(days=FOLLOW_UP_DAYS)
            manager.forget_token()
            await follow_up(manager, report)
        finally:
            door.should_exit = True
            await serving
    return report


async def composed(published: Published, url: str, *, notice_days: int) -> Report:
    """On a running platform, empty so far, whose clock nobody moves: without notice days, what a run before has begun
    is concluded."""
    report = Report()
    async with AsyncExitStack() as stack:
        manager, board = [await stack.enter_async_context(steward(url, _credentials(name))) for name in PEOPLE]
        await manager.until_it_answers()
        if notice_days:
            today = wall_clock().date()
            days = Days(today, today + timedelta(days=notice_days))
            await play(manager, board, days, published, report)
            print(f"\nThe service retires on {days.last}. Then: make demo with NOTICE_DAYS=0 sees to the rest.")
        else:
            await conclude(manager, report)
            await follow_up(manager, report)
    return report


def _credentials(name: str) -> Sequence[str]:
    given = os.environ.get(name.upper(), "").split(":")
    if len(given) != 2:
        sys.exit(f"{name.upper()} is not set: the client_id:secret of an administrator")
    return given


def alone(published: Published) -> Report:
    with tempfile.TemporaryDirectory(prefix="steward-demo-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the account of the database server must reach its files
        with running(home / "data", durable=False) as cluster:
            return asyncio.run(demo(published, home, cluster.admin_dsn))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m standalone.demo", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of published data")
    parser.add_argument("--url", help="of a running platform; MANAGER and BOARD are two administrators of it")
    parser.add_argument("--notice-days", type=int, default=1, help="there; 0 carries out what has had its notice")
    arguments = parser.parse_args()
    published = Published(arguments.data)
    if not published.provider.is_dir():
        sys.exit(f"{published.folder} has no folder {published.provider.name}")
    configure_logging("ERROR")
    if arguments.url:
        report = asyncio.run(composed(published, arguments.url, notice_days=arguments.notice_days))
    else:
        report = alone(published)
    print(report.conclusion())
    sys.exit(1 if report.broken else 0)


if __name__ == "__main__":
    main()
