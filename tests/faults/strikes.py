"""What is done to a platform under load; each leaves everything running again."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import aio_pika
import asyncpg

from chassis.bus.topology import EXCHANGE
from finance.app import manifest as FINANCE  # noqa: N812  # a constant here
from standalone import child
from tests.faults.later_release import prepare
from tests.faults.part import Part
from tests.faults.site import NAMES, Site
from tests.faults.traffic import Producers
from tests.faults.wire import Wire

COPIES, PATIENT_TRIES = 300, 5
POISONED = "finance.cost-posted.v1"


@dataclass(frozen=True)
class Striker:
    """`patience` is how long things stay broken, in seconds; `poison` what we have put among the facts ourselves."""

    site: Site
    producers: Producers
    chance: random.Random
    patience: float
    poison: set[bytes] = field(default_factory=set)

    async def kill_service(self) -> None:
        await self._kill(self.chance.choice(NAMES))

    async def kill_worker(self) -> None:
        await self._kill(self.chance.choice([name for name in self.site.parts if "-work-" in name]))

    async def kill_gateway(self) -> None:
        await self._kill("gateway")

    async def _kill(self, name: str) -> None:
        await self.site.parts[name].kill()
        await self.site.restart(name)

    async def kill_import(self) -> None:
        """At whatever stage it is."""
        for _ in range(3):
            await self.producers.loading.wait()
            await asyncio.sleep(self.chance.uniform(0, 0.5))
            await self._kill("finance")

    async def migrate(self) -> None:
        """A later release changes the schema under load; it is killed in the middle, and then let through."""
        self.site.releases += 1
        prepare(self.site.home, FINANCE, "journal_entries", self.site.releases)
        command, log = (str(self.site.home), "finance", "migrate"), self.site.home / "migrate.log"
        environment = self.site.parts["finance"].environment
        later = Part("migrate", "tests.faults.later_release", command, environment, log)
        later.start()
        await asyncio.sleep(self.chance.uniform(1, 2.5))
        await later.kill()
        for _ in range(PATIENT_TRIES):
            later.start()
            if await asyncio.to_thread(later.process.wait, 60) == 0:
                return
        raise RuntimeError(f"The migration does not get through: {child.tail(later.log)}")

    async def kill_database(self) -> None:
        """The server process and, as on a machine that fails, all its children."""
        await self.site.kill_database()
        await asyncio.sleep(self.patience / 4)
        self.site.cluster.start()

    async def kill_broker(self) -> None:
        await self.site.node.kill()
        await self.site.node.start()

    async def keep_broker_away(self) -> None:
        await self.site.node.kill()
        await asyncio.sleep(self.patience)
        await self.site.node.start()

    async def freeze_part(self) -> None:
        part = self.site.parts[self.chance.choice(list(self.site.parts))]
        part.freeze()
        await asyncio.sleep(self.patience)
        part.thaw()

    async def cut_wires(self) -> None:
        for wire in self.site.wires:
            wire.cut()
        await asyncio.sleep(self.patience / 4)
        for wire in self.site.wires:
            wire.mend()

    async def reset_database(self) -> None:
        """Connections are reset again and again, in the middle of whatever they carry."""
        for _ in range(10):
            self.site.database.reset()
            await asyncio.sleep(self.chance.uniform(0, self.patience / 10))

    async def reset_broker(self) -> None:
        for _ in range(10):
            self.site.broker.reset()
            await asyncio.sleep(self.chance.uniform(0, self.patience / 10))

    async def silence_database(self) -> None:
        await self._silence(self.site.database)

    async def silence_broker(self) -> None:
        await self._silence(self.site.broker)

    async def silence_door(self) -> None:
        await self._silence(self.chance.choice(list(self.site.doors.values())))

    async def _silence(self, wire: Wire) -> None:
        wire.silence()
        await asyncio.sleep(self.patience)
        wire.reset()
        wire.mend()

    async def slow_wires(self) -> None:
        for wire in self.site.wires:
            wire.delay_seconds = 0.05
        await asyncio.sleep(self.patience)
        for wire in self.site.wires:
            wire.mend()

    async def fill_database_disk(self) -> None:
        disk, cluster = self.site.disks["database"], self.site.cluster
        disk.fill()
        await asyncio.sleep(self.patience)
        disk.clear()
        if cluster.pid is None:
            cluster.start()

    async def crowd_broker_disk(self) -> None:
        """Below the limit at which the broker takes nothing from publishers any more."""
        disk = self.site.disks["broker"]
        disk.fill(leaving_megabytes=50)
        await asyncio.sleep(self.patience)
        disk.clear()

    async def fill_broker_disk(self) -> None:
        """To the last byte, which its queues do not survive: whoever makes room again has to start it anew."""
        disk = self.site.disks["broker"]
        disk.fill()
        await asyncio.sleep(self.patience)
        disk.clear()
        await self.site.node.kill()
        await self.site.node.start()

    async def repeat_facts(self) -> None:
        """Facts of the past arrive again, out of order."""
        for name in NAMES:
            connection = await asyncpg.connect(self.site.dsns[name])
            try:
                facts = await connection.fetch(
                    f"SELECT id, type, envelope FROM {name}.outbox WHERE published_at IS NOT NULL"
                    " ORDER BY position DESC LIMIT $1",
                    COPIES,
                )
            finally:
                await connection.close()
            self.chance.shuffle(facts)
            await self._publish([(str(fact["id"]), fact["type"], fact["envelope"]) for fact in facts])

    async def publish_poison(self) -> None:
        """What no service can read: without what is needed, of a version to come, or no event at all."""
        id = str(uuid4())
        said = {"specversion": "1.0", "id": id, "source": "/finance", "type": POISONED, "subject": id, "data": {}}
        bodies = [
            json.dumps({**said, "time": "2026-01-01T00:00:00Z", "data": {"totals": "many"}}).encode(),
            json.dumps({**said, "specversion": "9.0"}).encode(),
            b"\xff\x00 this is no event",
        ]
        self.poison.update(bodies)
        await self._publish([(str(uuid4()), POISONED, body) for body in bodies])

    async def _publish(self, messages: list[tuple[str, str, bytes]]) -> None:
        async with await aio_pika.connect(self.site.node.url()) as connection:
            exchange = await (await connection.channel()).get_exchange(EXCHANGE)
            for id, type, body in messages:
                await exchange.publish(aio_pika.Message(body, delivery_mode=2, message_id=id, type=type), type)

    async def roll(self) -> None:
        """A release: each process is replaced by a new one, one after the other."""
        for name in sorted(self.site.parts):
            await self.site.roll(name)


Strike = Callable[[Striker], Awaitable[None]]
ALL: dict[str, Strike] = {
    name: strike for name, strike in vars(Striker).items() if callable(strike) and not name.startswith("_")
}
ON_SMALL_DISKS = ("fill_database_disk", "crowd_broker_disk", "fill_broker_disk")
SILENT = ("roll", "repeat_facts", "publish_poison")  # nobody who asks anything may notice these
