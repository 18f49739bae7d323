"""The consumer: facts of a queue, half of them twice, each acted on once, against taking them from the queue only."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import asyncpg

from chassis import migrations
from chassis.bus import Message
from chassis.bus.rabbitmq import RabbitMQ
from chassis.bus.topology import queue_of
from chassis.database import Database
from chassis.inbox import Inbox
from chassis.pulse import Pulse
from standalone.databases import prepare
from standalone.postgres import running
from tests.bench.http_load import WrongAnswers
from tests.bench.measure import Effort, Measured, Side
from tests.chassis.events import event
from tests.chassis.post import ORDERED, manifest
from tests.databases import scratch
from tests.rabbitmq import private_node

FACTS, FEW = 4_000, 600


@dataclass
class Desk:
    url: str
    bus: RabbitMQ
    database: Database
    connection: Any
    acted: int = 0

    async def fill(self, count: int = FACTS) -> None:
        """Half of them are said twice, the second time somewhere among the later ones."""
        async with await aio_pika.connect(self.url) as connection:
            await (await (await connection.channel()).get_queue(queue_of("post"))).purge()
        once = [event(address=f"Elm {number}") for number in range(count // 2)]
        twice = [it for pair in zip(once, [*once[-50:], *once[:-50]], strict=True) for it in pair]
        await self.bus.publish([Message(it.id, ORDERED, it.encode()) for it in twice])

    async def take(self, count: int, receive: Any) -> int:
        """Consumes until so many have been handed over."""
        left, done = count, asyncio.Event()

        async def counted(bodies: Sequence[bytes]) -> None:
            nonlocal left
            await receive(bodies)
            left -= len(bodies)
            if left <= 0:
                done.set()

        consuming = asyncio.create_task(self.bus.consume("post", [ORDERED], counted, Pulse("consumes nothing")))
        async with asyncio.timeout(120):
            await done.wait()
        consuming.cancel()
        await asyncio.wait({consuming})
        return count

    async def ours(self, _: float) -> int:
        self.acted += FACTS // 2
        return await self.take(FACTS, Inbox(manifest, self.database).receive)

    async def bare(self, _: float) -> int:
        async def nothing(_: Sequence[bytes]) -> None: ...

        return await self.take(FACTS, nothing)

    async def one_by_one(self, _: float) -> int:
        """As it is often written: a transaction and an acknowledgement per message."""
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            await channel.set_qos(100)
            queue = await channel.get_queue(queue_of("post"))
            left = FEW
            async with queue.iterator() as arriving:
                async for message in arriving:
                    await self._act(message.body)
                    await message.ack()
                    left -= 1
                    if not left:
                        return FEW
        raise AssertionError

    async def _act(self, body: bytes) -> None:
        fact = json.loads(body)
        async with self.connection.transaction():
            new = await self.connection.fetchval(
                "INSERT INTO post.inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1", fact["id"]
            )
            if new:
                parcel = "INSERT INTO post.parcels (id, version, sequence, address) VALUES ($1, 1, 1, $2)"
                await self.connection.execute(parcel, fact["id"], fact["data"]["address"])
                said = "INSERT INTO post.outbox (id, type, subject, envelope, recorded_at)"
                await self.connection.execute(f"{said} VALUES ($1, 'x', 'y', $2, now())", fact["id"], body)

    async def check(self) -> None:
        there = await self.connection.fetchval("SELECT count(*) FROM post.inbox")
        parcels = await self.connection.fetchval("SELECT count(*) FROM post.parcels")
        if there != parcels or parcels < self.acted:
            raise WrongAnswers(f"{self.acted} facts were acted on, {there} are known, {parcels} parcels were sent")


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    with scratch() as folder, running(folder / "data") as cluster, private_node(folder / "broker") as node:
        dsn = (await prepare(cluster.admin_dsn, {"post": "post"}))["post"]
        await migrations.upgrade(manifest, dsn)
        node.wait()
        bus, database, connection = RabbitMQ(node.url()), Database(dsn, "post"), await asyncpg.connect(dsn)
        await bus.keep_for("post", [ORDERED])
        try:
            yield Desk(node.url(), bus, database, connection)
        finally:
            await connection.close()
            await database.close()
            await bus.close()


async def measure(effort: Effort) -> Measured:
    async with desk() as place:
        ours = Side("Steward's consumer", place.ours)
        limit = await effort.compare(
            "act once on facts that come twice",
            ours,
            Side("aio-pika taking and acknowledging them, in batches", place.bare),
            kind="limit",
            goal=0.75,
            check=place.check,
            before=place.fill,
        )
        peer = await effort.compare(
            "act once on facts that come twice",
            ours,
            Side("a transaction per message with aio-pika", place.one_by_one),
            kind="peer",
            goal=5,
            check=place.check,
            before=place.fill,
        )
    return Measured([limit, peer])
