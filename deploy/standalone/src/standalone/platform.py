"""The whole platform in this process: every service, its worker, the bus between them, and the gateway in front."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from chassis import migrations
from chassis.application import create_app
from chassis.bus import Bus
from chassis.bus.in_process import InProcess
from chassis.clock import Clock, wall_clock
from chassis.database import Database
from chassis.identity import Verifier, new_key_pair
from chassis.worker import Worker
from gateway.__main__ import checked_in
from gateway.app import Gateway, create_gateway
from gateway.settings import Settings
from standalone.databases import prepare
from standalone.manifests import SERVICES


async def databases(admin_dsn: str) -> dict[str, str]:
    """Service → DSN of its own database, made if need be and brought to the newest schema."""
    dsns = await prepare(admin_dsn, {manifest.name: secrets.token_urlsafe(24) for manifest in SERVICES})
    for manifest in SERVICES:
        await migrations.upgrade(manifest, dsns[manifest.name])
    return dsns


@asynccontextmanager
async def platform(
    dsns: dict[str, str],
    *,
    port: int,
    clients_file: Path,
    contracts: Path,
    bus: Bus | None = None,
    clock: Clock = wall_clock,
) -> AsyncIterator[tuple[Gateway, Settings]]:
    """Works until the block ends. Without a `bus` events are handed over inside this process."""
    private, public = new_key_pair()
    async with AsyncExitStack() as stack:
        opened = {manifest.name: Database(dsns[manifest.name], manifest.name) for manifest in SERVICES}
        for database in opened.values():
            stack.push_async_callback(database.close)
        bus = bus or InProcess([manifest.name for manifest in SERVICES if manifest.reactions])
        stack.push_async_callback(bus.close)
        for manifest in SERVICES:
            if manifest.hears:
                await bus.keep_for(manifest.name, manifest.hears)
        workers = [Worker(manifest, opened[manifest.name], bus, clock=clock) for manifest in SERVICES]
        await stack.enter_async_context(_working(workers))
        apps = {each.name: create_app(each, opened[each.name], Verifier(public), clock=clock) for each in SERVICES}
        settings = Settings(identity_private_key=SecretStr(private), clients_file=clients_file, port=port)
        gateway = create_gateway(settings, apps, checked_in(contracts), clock=clock)
        stack.push_async_callback(gateway.close)
        yield gateway, settings


@asynccontextmanager
async def _working(workers: Sequence[Worker]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.run())
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()
