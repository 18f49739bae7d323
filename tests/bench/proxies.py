"""The gateway and what others put in its place, each as a process that uses one core, before the same upstream."""

import asyncio
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import wall_clock
from chassis.identity import new_key_pair
from gateway.clients import Client
from gateway.own_tokens import OwnTokens
from standalone import child
from standalone.contracts import FOLDER
from tests.bench.processes import descendants

CONFIGURATIONS = Path(__file__).parent / "proxies"
PEERS = Path(__file__).parents[2] / ".venv-bench" / "bin"  # where make peers puts them
ANSWER = '{"items":[{"id":"0198c0de-0000-7000-8000-000000000003","name":"Workplace","stage":"catalog"}],"next":null}'
PLENTY = "100000000 per minute"
PATH = "/portfolio/v1/services"
SECONDS_TO_START = 30

COMMANDS = {
    "upstream": ["nginx", "-c", "upstream.conf"],
    "nginx": ["nginx", "-c", "nginx.conf"],
    "Envoy": ["envoy", "-c", "envoy.yaml", "--concurrency", "1", "--log-level", "error", "--disable-hot-restart"],
    "Caddy": ["caddy", "run", "--config", "caddy.conf", "--adapter", "caddyfile"],
    "Traefik": ["traefik", "--configFile", "traefik.yml"],
}


@dataclass(frozen=True)
class Proxy:
    """What answers at `port`, and writes one line to `log` for each request."""

    name: str
    port: int
    processes: Sequence[int]
    log: Path

    @property
    def url(self) -> str:
        return f"http://{child.LOOPBACK}:{self.port}{PATH}"

    def logged(self) -> int:
        """How many requests its log tells of."""
        with self.log.open("rb") as lines:
            return sum(PATH.encode() in line for line in lines)


def program(name: str) -> Path | None:
    """The executable of that name, if it is installed."""
    found = shutil.which(name, path=f"{PEERS}:{os.defpath}:/usr/sbin:{os.environ.get('PATH', '')}")
    return Path(found) if found else None


def is_installed(name: str) -> bool:
    return program(COMMANDS[name][0]) is not None


@asynccontextmanager
async def standing(name: str, folder: Path, *, upstream: int = 0) -> AsyncIterator[Proxy]:
    """A peer with its configuration below `proxies/`."""
    port = child.free_port()
    places = {"<folder>": str(folder), "<port>": str(port), "<upstream>": str(upstream), "<answer>": ANSWER}
    for template in CONFIGURATIONS.iterdir():
        text = template.read_text(encoding="utf-8")
        for place, value in places.items():
            text = text.replace(place, value)
        (folder / template.name).write_text(text, encoding="utf-8")
    first, *rest = COMMANDS[name]
    command = [program(first) or first, *(folder / part if (folder / part).exists() else part for part in rest)]
    async with _running(name, command, folder, port, {"GOMAXPROCS": "1"}) as processes:
        yield Proxy(name, port, processes, folder / f"{name.lower()}.access")


@asynccontextmanager
async def gateway(folder: Path, *, upstream: int) -> AsyncIterator[tuple[Proxy, str]]:
    """Steward's gateway as production runs it, with a limit that is counted and not reached; and a token for it."""
    private_key, _ = new_key_pair()
    client = Client(client_id="bench", name="Bench", secret_hash=secrets.token_hex(), roles=("administrator",))
    token = OwnTokens(private_key, lifetime_seconds=86_400, clock=wall_clock).issue(client, ["administrator"])
    url, port = f"http://{child.LOOPBACK}:{upstream}", child.free_port()
    settings = {f"{service}_URL": url for service in ("PORTFOLIO", "FINANCE", "STRATEGY")}
    settings |= {"IDENTITY_PRIVATE_KEY": private_key, "CONTRACTS": str(FOLDER.resolve()), "PORT": str(port)}
    command = [sys.executable, "-m", "gateway", "serve"]
    async with _running("gateway", command, folder, port, {**settings, "RATE_LIMIT": PLENTY}) as processes:
        yield Proxy("Steward's gateway", port, processes, folder / "gateway.log"), token


@asynccontextmanager
async def _running(
    name: str, command: Sequence[str | Path], folder: Path, port: int, settings: Mapping[str, str]
) -> AsyncIterator[Sequence[int]]:
    environment = {**os.environ, "HOME": str(folder), **settings}
    process = child.spawn(command, log=folder / f"{name}.log", environment=environment)
    try:
        async with asyncio.timeout(SECONDS_TO_START):
            while not await _listens(port):
                if process.poll() is not None:
                    raise RuntimeError(f"{name} did not start:\n{child.tail(folder / f'{name}.log')}")
        yield descendants(process.pid)
    finally:
        child.stop(process, signal.SIGTERM)


async def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((child.LOOPBACK, port), timeout=1):
        return True
    await asyncio.sleep(0.1)
    return False
