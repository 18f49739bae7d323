"""The relay: facts of an outbox on a real broker, against the broker alone and against one transaction per fact."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg

from chassis import migrations
from chassis.bus import Message
from chassis.bus.rabbitmq import RabbitMQ
from chassis.bus.topology import EXCHANGE, queue_of
from chassis.database import Database
from chassis.ids import uuid7
from chassis.outbox import Relay
from chassis.pulse import Pulse
from standalone.databases import prepare
from standalone.postgres import running
from tests.bench.measure import Comparison, Curve, Effort, Measured, Side
from tests.bench.raw_publisher import RawPublisher, frames
from tests.chassis.post import ORDERED, manifest
from tests.databases import scratch
from tests.rabbitmq import Node, private_node

FACTS, SUBJECTS, FEW = 40_000, 100, 1_500
SIZES = (1_000, 10_000, 100_000, 400_000)
SETTLED_SECONDS = 600


@dataclass
class Yard:
    """An outbox and a broker with a queue that wants everything."""

    dsn: str
    database: Database
    node: Node
    connection: Any
    made: int = 0
    sequences: dict[str, int] = field(default_factory=dict)

    async def fill(self, count: int) -> list[Message]:
        """Records so many facts, some 700 bytes each, of a hundred subjects in turn."""
        rows, messages = [], []
        for number in range(self.made, self.made + count):
            subject = str(UUID(int=number % SUBJECTS))
            id, body = uuid7(), json.dumps({"subject": subject, "sequence": number, "data": "x" * 600}).encode()
            rows.append((id, ORDERED, subject, body))
            messages.append(Message(id, ORDERED, body))
        await self.connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS facts (id uuid, type text, subject text, body bytea)"
        )
        await self.connection.execute("TRUNCATE facts")
        await self.connection.copy_records_to_table("facts", records=rows)
        await self.connection.execute(
            "INSERT INTO post.outbox (id, type, subject, envelope, recorded_at) SELECT *, now() FROM facts"
        )
        self.made += count
        return messages

    async def published(self, bus: RabbitMQ) -> None:
        """Returns when nothing in the outbox is unpublished."""
        relay = asyncio.create_task(Relay(self.database, bus, Pulse("publishes nothing")).run())
        waiting = "SELECT EXISTS (SELECT FROM post.outbox WHERE published_at IS NULL)"
        async with asyncio.timeout(SETTLED_SECONDS):
            while True:
                if not await self.connection.fetchval(waiting):
                    break
                await asyncio.sleep(0.005)
        relay.cancel()
        await asyncio.wait({relay})

    async def drained(self) -> list[dict[str, Any]]:
        """What the queue holds, which is then empty."""
        async with await aio_pika.connect(self.node.url()) as connection:
            queue = await (await connection.channel()).get_queue(queue_of("bench"))
            declared = await (await connection.channel()).declare_queue(queue.name, passive=True)
            left, taken = declared.declaration_result.message_count or 0, list[dict[str, Any]]()
            async with queue.iterator(no_ack=True) as arriving:
                async for message in arriving if left else _nothing():
                    taken.append(json.loads(message.body))
                    if len(taken) == left:
                        break
        return taken

    async def purge(self) -> None:
        async with await aio_pika.connect(self.node.url()) as connection:
            await (await (await connection.channel()).get_queue(queue_of("bench"))).purge()


async def _nothing() -> AsyncIterator[Any]:
    return
    yield


@asynccontextmanager
async def yard() -> AsyncIterator[tuple[Yard, RabbitMQ]]:
    with scratch() as folder, running(folder / "data") as cluster, private_node(folder / "broker") as node:
        dsn = (await prepare(cluster.admin_dsn, {"post": "post"}))["post"]
        await migrations.upgrade(manifest, dsn)
        node.wait()
        bus, database, connection = RabbitMQ(node.url()), Database(dsn, "post"), await asyncpg.connect(dsn)
        await bus.keep_for("bench", [ORDERED])
        try:
            yield Yard(dsn, database, node, connection), bus
        finally:
            await connection.close()
            await database.close()
            await bus.close()


async def _in_order_and_once(taken: Sequence[dict[str, Any]], expected: int) -> None:
    latest: dict[str, int] = {}
    for fact in taken:
        if fact["sequence"] <= latest.get(fact["subject"], -1):
            raise AssertionError(f"{fact['subject']} is out of order or doubled")
        latest[fact["subject"]] = fact["sequence"]
    if len(taken) != expected:
        raise AssertionError(f"{expected} facts were recorded, {len(taken)} arrived")


def _ours(place: Yard, bus: RabbitMQ) -> Side:
    async def work(_: float) -> int:
        await place.published(bus)
        return FACTS

    return Side("Steward's relay", work)


async def _against_the_broker(place: Yard, bus: RabbitMQ, effort: Effort) -> Comparison:
    raw, ready = await RawPublisher.connected(place.node.url()), frames(await place.fill(FACTS))

    async def publish(_: float) -> int:
        await raw.publish(ready)
        return FACTS

    before, check = _around(place, bus)
    return await effort.compare(
        "publish facts from the outbox, quorum queue, confirms",
        _ours(place, bus),
        Side("RabbitMQ alone, frames made beforehand, pipelined confirms", publish),
        kind="limit",
        goal=0.85,
        check=check,
        before=before,
    )


def _around(place: Yard, bus: RabbitMQ) -> tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]:
    async def before() -> None:
        await place.published(bus)
        await place.purge()
        await place.fill(FACTS)

    async def check() -> None:
        await before()
        await place.published(bus)
        await _in_order_and_once(await place.drained(), FACTS)

    return before, check


async def _one_by_one(place: Yard, limit: int) -> int:
    """As it is often written: one fact, one publish, one transaction."""
    async with await aio_pika.connect(place.node.url()) as connection:
        exchange = await (await connection.channel()).get_exchange(EXCHANGE)
        for count in range(limit):
            async with place.connection.transaction():
                row = await place.connection.fetchrow(
                    "SELECT position, id, type, envelope FROM post.outbox WHERE published_at IS NULL"
                    " ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED"
                )
                if row is None:
                    return count
                message = aio_pika.Message(row["envelope"], delivery_mode=2, message_id=str(row["id"]))
                await exchange.publish(message, row["type"])
                await place.connection.execute(
                    "UPDATE post.outbox SET published_at = now() WHERE position = $1", row["position"]
                )
    return limit


async def _against_one_by_one(place: Yard, bus: RabbitMQ, effort: Effort) -> Comparison:
    async def peer(_: float) -> int:
        return await _one_by_one(place, FEW)

    before, check = _around(place, bus)
    other = Side("a transaction per fact with aio-pika", peer)
    title = "publish facts from the outbox"
    return await effort.compare(title, _ours(place, bus), other, kind="peer", goal=15, check=check, before=before)


async def _curve(place: Yard, bus: RabbitMQ) -> Curve:
    points = []
    for size in SIZES:
        await place.purge()
        await place.fill(size)
        begun = perf_counter()
        await place.published(bus)
        points.append((float(size), size / (perf_counter() - begun)))
    await place.purge()
    lines = {"Steward's relay": points}
    return Curve("relay", "Facts published per second, by how many wait", "facts in the outbox", "facts/s", lines)


async def measure(effort: Effort) -> Measured:
    async with yard() as (place, bus):
        comparisons = [await _against_the_broker(place, bus, effort), await _against_one_by_one(place, bus, effort)]
        return Measured(comparisons, [await _curve(place, bus)])
