"""The gateway's hop: a small answer through it, token checked, counted, logged, against other proxies doing less."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.bench.measure import Curve, Effort, Measured, MeasuredNothing, Side
from tests.bench.proxies import ANSWER, Proxy, gateway, is_installed, program, standing
from tests.bench.wrk import Load, WrongAnswers
from tests.databases import scratch

CONNECTIONS = 64
LOGGED_WITHIN_SECONDS = 10
MANY = (1, 4, 16, 64, 256)
GOALS = {"nginx": 0.5, "Envoy": 1.0, "Traefik": 1.5, "Caddy": 2.0}


@dataclass
class Ground:
    """All proxies side by side; only the one that is asked costs anything."""

    ours: Proxy
    others: dict[str, Proxy]
    load: Load
    answered: dict[str, int] = field(default_factory=dict)

    async def ask(self, proxy: Proxy, seconds: float, connections: int = CONNECTIONS) -> int:
        count = await self.load.on(proxy.url, seconds, connections)
        self.answered[proxy.name] = self.answered.get(proxy.name, 0) + count
        return count

    def side(self, proxy: Proxy) -> Side:
        async def work(seconds: float) -> int:
            return await self.ask(proxy, seconds)

        return Side(proxy.name, work, proxy.processes)

    async def check(self) -> None:
        """Every answer was looked at as it came. What is left: who has no token gets none, and each is in the log."""
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self.load.token}x"}) as stranger:
            status = (await stranger.get(self.ours.url)).status_code
        if status != 401:
            raise WrongAnswers(f"a token that nobody has signed was answered with {status}")
        for proxy in (self.ours, *self.others.values()):
            await self._told(proxy)

    async def _told(self, proxy: Proxy) -> None:
        """Some write their log by the second."""
        async with asyncio.timeout(LOGGED_WITHIN_SECONDS):
            while proxy.logged() < self.answered.get(proxy.name, 0):  # noqa: ASYNC110 - it is a file of a process
                await asyncio.sleep(0.5)


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(standing("upstream", folder))
        ours, token = await stack.enter_async_context(gateway(folder, upstream=upstream.port))
        others = {
            name: await stack.enter_async_context(standing(name, folder, upstream=upstream.port))
            for name in GOALS
            if is_installed(name)
        }
        yield Ground(ours, others, Load(folder, token, ANSWER))


async def _curve(place: Ground, effort: Effort) -> Curve:
    lines: dict[str, list[tuple[float, float]]] = {}
    for proxy in (place.ours, *place.others.values()):
        for connections in MANY:
            rate = await place.ask(proxy, effort.seconds, connections) / max(1, round(effort.seconds))
            lines.setdefault(proxy.name, []).append((float(connections), rate))
    return Curve("gateway_hop", "Requests per second, by connections", "connections", "requests/s", lines)


async def measure(effort: Effort) -> Measured:
    for name in ("wrk", "nginx"):
        if program(name) is None:
            raise MeasuredNothing(f"{name} is not installed; on Debian or Ubuntu: apt-get install wrk nginx-light")
    with scratch() as folder:
        async with ground(folder) as place:
            comparisons = [
                await effort.compare(
                    "carry a small answer, 64 connections",
                    place.side(place.ours),
                    place.side(other),
                    kind="limit" if name == "nginx" else "peer",
                    goal=GOALS[name],
                    check=place.check,
                    by="cpu",
                )
                for name, other in place.others.items()
            ]
            missing = [name for name in GOALS if name not in place.others]
            return Measured(comparisons, [await _curve(place, effort)], missing)
