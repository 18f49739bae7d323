"""A worker publishes, reacts and retries side by side, stops when it is told to, and says when it does not get on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from chassis.bus import Bus, Message
from chassis.bus.in_process import InProcess
from chassis.bus.rabbitmq import RabbitMQ
from chassis.events import Envelope
from chassis.manifest import Manifest
from chassis.testing import ServiceUnderTest
from chassis.worker import Worker
from tests.chassis.events import Ear, addresses, consuming, deferred, order, until
from tests.chassis.post import SENT, Parcel, manifest, unreachable
from tests.rabbitmq import Node


@asynccontextmanager
async def working(
    post: ServiceUnderTest, bus: Bus, manifest: Manifest = manifest, *, patience_seconds: float = 60
) -> AsyncIterator[Worker]:
    worker = Worker(manifest, post.database, bus, clock=post.clock, patience_seconds=patience_seconds)
    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run())
        yield worker
        worker.stop()


def message(fact: Envelope) -> Message:
    return Message(fact.id, fact.type, fact.encode())


async def sent_to(post: ServiceUnderTest, address: str) -> bool:
    return address in await addresses(post.database)


async def test_a_worker_reacts_and_publishes_what_follows(post: ServiceUnderTest) -> None:
    bus, ear = InProcess(["post", "ear"]), Ear()
    async with consuming(bus, "ear", [SENT], ear.receive), working(post, bus):
        await until(lambda: _quiet(bus))
        placed = order("Elm 1")
        await bus.publish([message(placed)])
        await until(lambda: asyncio.sleep(0, bool(ear.heard)))
    [fact] = ear.events()
    assert (fact.data["address"], fact.causationid) == ("Elm 1", str(placed.id))


async def test_a_worker_tries_again_what_has_failed(post: ServiceUnderTest) -> None:
    bus = InProcess(["post"])
    unreachable.add("Elm 1")
    async with working(post, bus):
        await until(lambda: _quiet(bus))
        await bus.publish([message(order("Elm 1"))])
        assert len(await deferred(post.database)) == 1
        unreachable.clear()
        post.clock.advance(seconds=1)
        await until(lambda: sent_to(post, "Elm 1"))


async def test_a_stopped_worker_consumes_nothing_more(post: ServiceUnderTest) -> None:
    bus = InProcess(["post"])
    async with working(post, bus):
        await until(lambda: _quiet(bus))
    assert await bus.trouble() == "not consuming: post"


async def test_a_worker_that_gets_on_has_no_trouble(post: ServiceUnderTest, amqp_url: str) -> None:
    bus = RabbitMQ(amqp_url)
    async with working(post, bus, patience_seconds=15) as worker:
        await until(lambda: _received(bus, post, "Elm 1"))
        assert await worker.trouble() is None
    await bus.close()


async def test_there_is_trouble_when_a_worker_does_not_consume(post: ServiceUnderTest) -> None:
    bus = RabbitMQ("amqp://nobody@127.0.0.1:1/none")
    async with working(post, bus, patience_seconds=2) as worker:
        await until(lambda: _complains(worker, "post consumes nothing, for 2 s: AMQPConnectionError"))


async def test_there_is_trouble_when_a_worker_cannot_publish(post: ServiceUnderTest) -> None:
    async with post.database.transaction() as session:
        session.add(Parcel.send(address="Elm 1"))
    async with working(post, InProcess(["post", "absent"]), patience_seconds=2) as worker:
        await until(lambda: _complains(worker, "post publishes nothing, for 2 s: NobodyThere: not consuming: absent"))


async def test_a_service_that_reacts_to_nothing_works_without_consuming(post: ServiceUnderTest) -> None:
    silent = replace(manifest, reactions=[])
    async with working(post, InProcess([]), silent, patience_seconds=2) as worker:
        await asyncio.sleep(2.5)
        assert await worker.trouble() is None


async def test_a_worker_goes_on_after_the_broker_was_restarted(post: ServiceUnderTest, private_broker: Node) -> None:
    bus, ear = RabbitMQ(private_broker.url()), Ear()
    async with working(post, bus), consuming(bus, "ear", [SENT], ear.receive):
        await until(lambda: _received(bus, post, "Elm 1"))
        await private_broker.stop()
        async with post.database.transaction() as session:
            session.add(Parcel.send(address="Oak 1"))
        await private_broker.start()
        await until(lambda: _received(bus, post, "Elm 2"))
        await until(lambda: asyncio.sleep(0, {"Elm 1", "Oak 1", "Elm 2"} <= _heard(ear)))
    await bus.close()


def _heard(ear: Ear) -> set[str]:
    return {fact.data["address"] for fact in ear.events()}


async def _quiet(bus: Bus) -> bool:
    return await bus.trouble() is None


async def _received(bus: Bus, post: ServiceUnderTest, address: str) -> bool:
    """Orders until one arrives: what is published before the queue stands is nobody's."""
    await bus.publish([message(order(address))])
    return await sent_to(post, address)


async def _complains(worker: Worker, words: str) -> bool:
    return words in (await worker.trouble() or "")
