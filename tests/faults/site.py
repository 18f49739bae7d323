"""The platform as separate processes on this machine, with a wire in front of everything that one can reach."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from chassis import migrations
from chassis.bus.rabbitmq import RabbitMQ
from chassis.identity import new_key_pair
from gateway.clients import register
from standalone.client import Steward, steward
from standalone.databases import prepare
from standalone.manifests import SERVICES
from standalone.postgres import Cluster, running
from tests.faults.disk import Disk, small_disk
from tests.faults.part import ROOT, Part
from tests.faults.wire import Wire, wire
from tests.rabbitmq import Node, private_node

NAMES = tuple(manifest.name for manifest in SERVICES)
BEHIND_A_DOOR = (*NAMES, "gateway")
BROKER_MEGABYTES, DATABASE_MEGABYTES = 600, 2_000


@dataclass(frozen=True)
class Setting:
    """`workers` and `replicas` (that answer HTTP) of each service; `weakened` says what safeguards which service lacks;
    `small_disks` can be filled."""

    workers: int = 2
    replicas: int = 1
    weakened: Mapping[str, str] = field(default_factory=dict)
    small_disks: bool = False


@dataclass
class Site:
    """`doors` lead to the processes that answer HTTP; `database` and `broker` are the wires that all services use."""

    cluster: Cluster
    node: Node
    database: Wire
    broker: Wire
    doors: dict[str, Wire]
    dsns: dict[str, str]
    caller: Steward
    home: Path
    disks: dict[str, Disk]
    releases: int = 0
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def wires(self) -> list[Wire]:
        return [self.database, self.broker, *self.doors.values()]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.doors['gateway'].port}"

    def end(self) -> None:
        for part in self.parts.values():
            part.end()

    async def restart(self, name: str) -> None:
        """As whoever looks after containers does when one has ended."""
        part = self.parts[name]
        if not part.runs:
            part.start()
        await part.ready()

    async def kill_database(self) -> None:
        """The server and all its children at once, as when its machine fails."""
        server = self.cluster.pid
        assert server is not None
        os.killpg(server, signal.SIGKILL)
        await asyncio.to_thread(self.cluster.stop)

    async def roll(self, name: str) -> None:
        """Starts the new one, sends new connections there, and only then asks the old one to stop."""
        old, new = self.parts[name], self.parts[name].again()
        new.start()
        await new.ready()
        self.parts[name] = new
        for door in self.doors.values():
            door.targets[:] = [new.port if port == old.port else port for port in door.targets]
        code = await old.ended()
        assert code == 0, f"{name} ended with {code} when it was asked to stop"


def through(url: str, at: Wire) -> str:
    """The same address, reached through a wire."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{at.port}")))


@asynccontextmanager
async def standing(
    folder: Path,
    home: Path,
    setting: Setting,
) -> AsyncIterator[Site]:
    """Ready. `folder` can be reached by the account of the database server, `home` is ours."""
    async with AsyncExitStack() as stack:
        disks = {}
        if setting.small_disks:
            disks = {
                "broker": stack.enter_context(small_disk(home / "broker-disk", BROKER_MEGABYTES)),
                "database": stack.enter_context(small_disk(folder / "database-disk", DATABASE_MEGABYTES)),
            }
        node = stack.enter_context(private_node(disks["broker"].folder / "node" if disks else home / "broker"))
        cluster = stack.enter_context(running((disks["database"].folder if disks else folder) / "data"))
        dsns = await prepare(cluster.admin_dsn, {name: f"password of {name}" for name in NAMES})
        for manifest in SERVICES:
            await migrations.upgrade(manifest, dsns[manifest.name])
        node.wait()
        await _queues(node)
        database = await stack.enter_async_context(wire(cluster.port))
        broker = await stack.enter_async_context(wire(node.port))
        doors = {name: await stack.enter_async_context(wire()) for name in BEHIND_A_DOOR}
        who = register(home / "clients.json", name="producer", roles=["administrator"])
        address = f"http://127.0.0.1:{doors['gateway'].port}"
        caller = await stack.enter_async_context(steward(address, who))
        site = Site(cluster, node, database, broker, doors, dsns, caller, home, disks)
        stack.callback(site.end)
        site.parts |= {part.name: part for part in _parts(site, home, setting)}
        for name, part in site.parts.items():
            if door := doors.get(name.partition("-")[0]) if "-work-" not in name else None:
                door.targets.append(part.port)
        for part in site.parts.values():
            part.start()
        for part in site.parts.values():
            await part.ready()
        yield site


async def _queues(node: Node) -> None:
    bus = RabbitMQ(node.url())
    for manifest in SERVICES:
        await bus.keep_for(manifest.name, manifest.hears)
    await bus.close()


def _parts(site: Site, home: Path, setting: Setting) -> list[Part]:
    private, public = new_key_pair()
    parts = []
    for name in NAMES:
        reached = {
            "DATABASE_URL": through(site.dsns[name], site.database),
            "AMQP_URL": through(site.node.url(), site.broker),
            "IDENTITY_PUBLIC_KEY": public,
        }
        module, first = (
            ("tests.faults.weakened", (setting.weakened[name], name)) if name in setting.weakened else (name, ())
        )
        for number in range(1, setting.replicas + 1):
            replica = name if number == 1 else f"{name}-{number}"
            parts.append(Part(replica, module, (*first, "serve"), reached, home / f"{replica}.log"))
        for number in range(1, setting.workers + 1):
            log = home / f"{name}-work-{number}.log"
            parts.append(Part(f"{name}-work-{number}", module, (*first, "work"), reached, log))
    urls = {f"{name.upper()}_URL": f"http://127.0.0.1:{site.doors[name].port}" for name in NAMES}
    settings = {
        "IDENTITY_PRIVATE_KEY": private,
        "CLIENTS_FILE": str(home / "clients.json"),
        "CONTRACTS": str(ROOT / "contracts"),
        "RATE_LIMIT": "1000000 per minute",
    }
    return [*parts, Part("gateway", "gateway", ("serve",), urls | settings, home / "gateway.log")]
