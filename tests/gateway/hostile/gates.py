"""A gateway on a port, over the network before services that do what a test says, and whoever behaves well there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.testing import StoppedClock
from gateway.__main__ import checked_in
from gateway.app import create_gateway
from gateway.upstream import HttpUpstream
from standalone.contracts import FOLDER
from tests.gateway.doors import Door, listening, settings
from tests.gateway.raw_service import RawService

LIST = "/portfolio/v1/services"


@dataclass
class Gate:
    """`token` may do everything; `service` stands for all three."""

    port: int
    door: Door
    token: str
    service: RawService

    async def serves_others(self, path: str = LIST) -> bool:
        """Whether a caller who has done nothing wrong gets its answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=5) as caller:
            return (await caller.get(path, headers=headers)).is_success


@asynccontextmanager
async def gate(service: RawService, **given: Any) -> AsyncIterator[Gate]:
    contracts, clock = checked_in(FOLDER), StoppedClock()
    upstream = HttpUpstream(service.url)
    gateway = create_gateway(settings(**given), dict.fromkeys(contracts, upstream), contracts, clock=clock)
    door = Door(gateway, clock)
    async with listening(gateway, **given) as port:
        yield Gate(port, door, door.token(), service)
