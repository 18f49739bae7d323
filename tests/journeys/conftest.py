"""The whole platform as integrators meet it: the gateway on a port, the services behind it, RabbitMQ between them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import aio_pika
import pytest

from chassis.bus.rabbitmq import RabbitMQ
from gateway.clients import register
from gateway.front import server
from standalone.child import free_port
from standalone.client import Steward, steward
from standalone.demo.clock import MovableClock
from standalone.manifests import SERVICES
from standalone.platform import platform

CONTRACTS = Path("contracts")
Dsn = Callable[[str], str]


@dataclass
class Journey:
    """A platform of its own for a story; `manager` may do everything, and `board` as well."""

    address: str
    clients: Path
    dsns: dict[str, str]
    clock: MovableClock
    manager: Steward
    board: Steward

    @asynccontextmanager
    async def as_role(self, role: str, unit: str | None = None) -> AsyncIterator[Steward]:
        who = register(self.clients, name=role, roles=[role], unit=UUID(unit) if unit else None)
        async with steward(self.address, who) as caller:
            yield caller


@asynccontextmanager
async def journey(dsn: Dsn, amqp_url: str, folder: Path) -> AsyncIterator[Journey]:
    clients, port, clock = folder / "clients.json", free_port(), MovableClock()
    dsns = {manifest.name: dsn(manifest.name) for manifest in SERVICES}
    people = [register(clients, name=it, roles=["administrator"], client_id=it) for it in ("manager", "board")]
    async with AsyncExitStack() as stack:
        gateway, settings = await stack.enter_async_context(
            platform(dsns, port=port, clients_file=clients, contracts=CONTRACTS, bus=RabbitMQ(amqp_url), clock=clock)
        )
        door = server(gateway, settings)
        serving = asyncio.create_task(door.serve())
        address = f"http://127.0.0.1:{port}"
        manager, board = [await stack.enter_async_context(steward(address, who)) for who in people]
        await manager.until_it_answers()
        try:
            yield Journey(address, clients, dsns, clock, manager, board)
        finally:
            door.should_exit = True
            await serving


async def emptied(amqp_url: str) -> None:
    """A story begins with empty queues: what an earlier one left unread must not reach its databases."""
    async with await aio_pika.connect(amqp_url) as connection:
        for manifest in SERVICES:
            channel = await connection.channel()
            with suppress(aio_pika.exceptions.ChannelClosed):
                await (await channel.get_queue(f"steward.{manifest.name}")).purge()


@pytest.fixture
async def story(fresh_database: Dsn, amqp_url: str, tmp_path: Path) -> AsyncIterator[Journey]:
    """Databases of its own, so that a story begins with an empty platform."""
    await emptied(amqp_url)
    async with journey(fresh_database, amqp_url, tmp_path) as begun:
        yield begun
