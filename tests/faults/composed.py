"""`python -m tests.faults.composed --data FOLDER`: a real provider's years through containers that are being killed.

Makes a platform of containers of its own, beside others, and removes it afterwards. Needs root.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chassis.clock import wall_clock
from chassis.telemetry import configure_logging
from standalone.child import free_port
from standalone.client import steward
from standalone.demo.published import Published
from standalone.demo.report import Report
from standalone.demo.story import Days, play

PROJECT = "steward-under-fire"
SERVICES = ("strategy", "portfolio", "finance")
PARTS = ("gateway", "postgres", "rabbitmq", *SERVICES, *(f"{service}-work" for service in SERVICES))
COMMAND_SECONDS, QUIET_SECONDS = 600, (0.3, 2.3)


@dataclass(frozen=True)
class Containers:
    """A platform of containers; its secrets are in a folder that goes with it."""

    secrets: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *arguments: str) -> str:
        """What the command says; raises with its complaint if it fails."""
        environment = {"SECRETS": str(self.secrets), "PORT": str(self.port), "COMPOSE_PROJECT_NAME": PROJECT}
        done = subprocess.run(
            ["docker", "compose", *arguments],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"docker compose {' '.join(arguments)} failed:\n{done.stderr[-4000:]}")
        return done.stdout

    def register(self, name: str) -> Sequence[str]:
        """Client id and secret of somebody who may do everything."""
        said = self.compose(
            *("exec", "-T", "gateway", "steward", "register"),
            *("--name", name, "--role", "administrator", "--client-id", name),
        )
        return [line.split()[1] for line in said.splitlines() if line.startswith("client_")]

    def process(self, part: str) -> int:
        """Its id on this machine; 0 while it is down."""
        told = ["docker", "inspect", "--format", "{{.State.Pid}}", f"{PROJECT}-{part}-1"]
        return int(subprocess.run(told, capture_output=True, text=True, timeout=30, check=True).stdout)


@contextmanager
def started(folder: Path) -> Iterator[Containers]:
    """Healthy; gone with all its data when the block ends."""
    containers = Containers(folder / "secrets", free_port())
    subprocess.run(["deploy/compose/secrets", containers.secrets], timeout=60, check=True)
    containers.compose("build", "--quiet")
    try:
        containers.compose("up", "--detach", "--wait", "--wait-timeout", "180")
        yield containers
    finally:
        containers.compose("down", "--volumes")


async def strike(containers: Containers, chance: random.Random, struck: Counter[str]) -> None:
    """Kills one part after another, as a crash would, until it is cancelled; the engine starts each again."""
    while True:
        part = chance.choice(PARTS)
        if process := await asyncio.to_thread(containers.process, part):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                struck[part] += 1
        await asyncio.sleep(chance.uniform(*QUIET_SECONDS))


async def under_fire(containers: Containers, published: Published, seed: int) -> tuple[Report, Counter[str]]:
    report, struck = Report(), Counter[str]()
    people = [containers.register(name) for name in ("manager", "board")]
    async with steward(containers.address, people[0]) as manager, steward(containers.address, people[1]) as board:
        striking = asyncio.create_task(strike(containers, random.Random(seed), struck))
        try:
            today = wall_clock().date()
            await play(manager, board, Days(today, today + timedelta(days=1)), published, report)
        finally:
            striking.cancel()
    return report, struck


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.composed", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of published data")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="steward-composed-") as folder, started(Path(folder)) as containers:
        report, struck = asyncio.run(under_fire(containers, Published(arguments.data), arguments.seed))
    kills = ", ".join(f"{part} {times}" for part, times in sorted(struck.items()))
    sys.stdout.write(f"{report.conclusion()}\nKilled meanwhile (seed {arguments.seed}): {kills}.\n")
    sys.exit(1 if report.broken or not struck else 0)


if __name__ == "__main__":
    main()
