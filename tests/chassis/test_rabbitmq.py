"""What RabbitMQ adds: facts that survive the broker, workers that take turns, and queues that nobody can break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from chassis.bus import Message
from chassis.bus.confirms import MEDIA
from chassis.bus.rabbitmq import RabbitMQ
from chassis.bus.topology import DEAD_LETTERS, DELIVERY_LIMIT, queue_of
from tests.chassis.events import Ear, consuming, event, until
from tests.chassis.post import ORDERED
from tests.rabbitmq import Node


@pytest.fixture
async def channel(amqp_url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(amqp_url) as connection, await connection.channel() as channel:
        yield channel


@pytest.fixture
async def bus(amqp_url: str) -> AsyncIterator[RabbitMQ]:
    bus = RabbitMQ(amqp_url)
    yield bus
    await bus.close()


@pytest.fixture
async def consumer(channel: AbstractChannel) -> AsyncIterator[str]:
    """One that no other test knows."""
    name = f"finance-{uuid4().hex[:8]}"
    yield name
    await channel.queue_delete(queue_of(name))


def message(address: str = "Elm 1") -> Message:
    fact = event(address=address)
    return Message(fact.id, fact.type, fact.encode())


async def heard(ear: Ear, *messages: Message) -> None:
    await until(lambda: asyncio.sleep(0, set(ear.heard) >= {each.body for each in messages}))


async def test_a_message_is_persistent_and_says_what_it_is(
    bus: RabbitMQ, channel: AbstractChannel, consumer: str
) -> None:
    async with consuming(bus, consumer, [ORDERED], Ear().receive):
        pass
    sent = message()
    await bus.publish([sent])
    got = await _first(channel, queue_of(consumer))
    assert (got.message_id, got.type, got.body) == (str(sent.id), ORDERED, sent.body)
    assert (got.content_type, got.delivery_mode) == (MEDIA, aio_pika.DeliveryMode.PERSISTENT)
    assert got.routing_key == ORDERED


async def test_a_fact_that_nobody_consumes_is_published_all_the_same(bus: RabbitMQ) -> None:
    fact = event(type="shop.order-forgotten.v1")
    await bus.publish([Message(fact.id, fact.type, fact.encode())])


async def test_one_of_several_workers_consumes_and_another_takes_over(bus: RabbitMQ, consumer: str) -> None:
    active, waiting = Ear(), Ear()
    first, second = [message(f"Elm {number}") for number in range(10)], message("Oak 1")
    async with AsyncExitStack() as until_the_end:
        async with consuming(bus, consumer, [ORDERED], active.receive):
            await until_the_end.enter_async_context(consuming(bus, consumer, [ORDERED], waiting.receive))
            await bus.publish(first)
            await heard(active, *first)
            assert waiting.heard == []
        await bus.publish([second])
        await heard(waiting, second)


async def test_a_queue_with_other_arguments_is_used_as_it_is(
    bus: RabbitMQ, channel: AbstractChannel, consumer: str, caplog: pytest.LogCaptureFixture
) -> None:
    await channel.declare_queue(queue_of(consumer), durable=True, arguments={"x-queue-type": "quorum"})
    ear, sent = Ear(), message()
    async with consuming(bus, consumer, [ORDERED], ear.receive):
        await bus.publish([sent])
        await heard(ear, sent)
    assert f"{queue_of(consumer)} stands with other arguments" in caplog.text


async def test_a_consumer_comes_back_when_its_queue_is_deleted(
    bus: RabbitMQ, channel: AbstractChannel, consumer: str
) -> None:
    ear = Ear()
    async with consuming(bus, consumer, [ORDERED], ear.receive):
        await channel.queue_delete(queue_of(consumer))

        async def is_back() -> bool:
            await bus.publish([message()])
            return bool(ear.heard)

        await until(is_back)


async def test_a_fact_waits_for_a_consumer_that_has_never_consumed_yet(bus: RabbitMQ, consumer: str) -> None:
    await bus.keep_for(consumer, [ORDERED])
    sent, ear = message(), Ear()
    await bus.publish([sent])
    async with consuming(bus, consumer, [ORDERED], ear.receive):
        await heard(ear, sent)


async def test_what_kills_whoever_takes_it_ends_among_the_dead_letters(
    bus: RabbitMQ, amqp_url: str, channel: AbstractChannel, consumer: str
) -> None:
    async with consuming(bus, consumer, [ORDERED], Ear().receive):
        await (await channel.get_queue(DEAD_LETTERS)).purge()
    sent = message()
    await bus.publish([sent])
    for _ in range(DELIVERY_LIMIT + 1):
        async with await aio_pika.connect(amqp_url) as connection, await connection.channel() as dying:
            await _first(dying, queue_of(consumer))
    assert (await _first(channel, DEAD_LETTERS)).body == sent.body


async def test_no_delivery_is_counted_while_a_consumer_cannot_receive(
    bus: RabbitMQ, amqp_url: str, consumer: str
) -> None:
    ear, sent = Ear(), message()
    async with consuming(bus, consumer, [ORDERED], ear.receive):
        ear.deaf = True
        await bus.publish([sent])
        await until(lambda: asyncio.sleep(0, ear.asked == 1 and ear.calls >= 4))
        async with await aio_pika.connect(amqp_url) as connection, await connection.channel() as other:
            assert (await _first(other, queue_of(consumer))).headers["x-delivery-count"] == 1
        ear.deaf = False
        await heard(ear, sent)


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_confirmed_facts_and_consumers_survive_the_end_of_the_broker(private_broker: Node, ending: str) -> None:
    bus, ear = RabbitMQ(private_broker.url()), Ear()
    before, after = message("Elm 1"), message("Elm 2")
    async with consuming(bus, "finance", [ORDERED], ear.receive):
        ear.deaf = True
        await bus.publish([before])
        await until(lambda: asyncio.sleep(0, ear.calls >= 5))
        await asyncio.sleep(3)  # RabbitMQ 3.10 may lose a quorum queue whose node dies right after it was declared
        await (private_broker.stop() if ending == "stop" else private_broker.kill())
        await until(bus.trouble)
        with pytest.raises(OSError, match="Connect"):
            await bus.publish([after])
        ear.deaf = False
        await private_broker.start()
        await bus.publish([after])
        await heard(ear, before, after)
    await bus.close()


async def _first(channel: AbstractChannel, queue_name: str) -> AbstractIncomingMessage:
    """It is not acknowledged."""
    brought: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await (await channel.get_queue(queue_name)).consume(brought.put)
    return await asyncio.wait_for(brought.get(), 60)
