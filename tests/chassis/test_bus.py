"""What every bus promises, whichever one carries the facts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from uuid import uuid4

import aio_pika
import pytest

from chassis.bus import Bus, Message
from chassis.bus.in_process import InProcess, NobodyThere
from chassis.bus.rabbitmq import RabbitMQ
from chassis.bus.topology import queue_of
from tests.chassis.events import Ear, consuming, event, until
from tests.chassis.post import ORDERED

PAID = "shop.order-paid.v1"
NAMES = ("finance", "strategy")


@pytest.fixture
def names() -> list[str]:
    """Two consumers that no other test knows."""
    return [f"{name}-{uuid4().hex[:8]}" for name in NAMES]


@pytest.fixture(params=["in process", "RabbitMQ"])
async def bus(request: pytest.FixtureRequest, names: list[str]) -> AsyncIterator[Bus]:
    if request.param == "in process":
        yield InProcess(names)
        return
    url = request.getfixturevalue("amqp_url")
    bus = RabbitMQ(url)
    yield bus
    await bus.close()
    async with await aio_pika.connect(url) as connection, await connection.channel() as channel:
        for name in names:
            await channel.queue_delete(queue_of(name))


def messages(*addresses: str, type: str = ORDERED) -> list[Message]:
    events = [event(type=type, address=address) for address in addresses]
    return [Message(each.id, each.type, each.encode()) for each in events]


def bodies(messages: Sequence[Message]) -> list[bytes]:
    return [message.body for message in messages]


async def publish(bus: Bus, messages: Sequence[Message]) -> None:
    """As the relay does: until it is confirmed."""
    while True:
        with suppress(ConnectionError, NobodyThere):
            return await bus.publish(messages)
        await asyncio.sleep(0.05)


async def has_heard(ear: Ear, messages: Sequence[Message]) -> None:
    """As often as it is brought, in the order in which each was brought first."""
    await until(lambda: asyncio.sleep(0, set(ear.heard) >= set(bodies(messages))))
    assert list(dict.fromkeys(ear.heard)) == bodies(messages)


async def test_every_consumer_hears_what_it_consumes_and_nothing_else(bus: Bus, names: list[str]) -> None:
    one, other = Ear(), Ear()
    async with consuming(bus, names[0], [ORDERED, PAID], one.receive), consuming(bus, names[1], [PAID], other.receive):
        ordered, paid = messages("Elm 1"), messages("Elm 2", type=PAID)
        await bus.publish(ordered + paid + messages("Elm 3", type="shop.order-lost.v1"))
        await has_heard(one, ordered + paid)
        await has_heard(other, paid)


async def test_a_consumer_hears_in_the_order_of_publishing(bus: Bus, names: list[str]) -> None:
    ear, rest = Ear(), Ear()
    sent = messages(*(f"Elm {number}" for number in range(2500)))
    async with consuming(bus, names[0], [ORDERED], ear.receive), consuming(bus, names[1], [], rest.receive):
        for start in range(0, len(sent), 1000):
            await bus.publish(sent[start : start + 1000])
        await has_heard(ear, sent)


async def test_of_several_who_publish_at_once_each_is_told_when_its_facts_are_there(bus: Bus, names: list[str]) -> None:
    ear, rest = Ear(), Ear()
    sent = messages(*(f"Elm {number}" for number in range(100)))
    async with consuming(bus, names[0], [ORDERED], ear.receive), consuming(bus, names[1], [], rest.receive):
        await publish(bus, messages("Elm 0", type=PAID))
        async with asyncio.timeout(20):
            await asyncio.gather(*(bus.publish(sent[start : start + 5]) for start in range(0, len(sent), 5)))
        await until(lambda: asyncio.sleep(0, set(ear.heard) >= set(bodies(sent))))


async def test_what_could_not_be_received_is_brought_again_in_order(bus: Bus, names: list[str]) -> None:
    ear, rest = Ear(), Ear()
    sent = messages("Elm 1", "Elm 2", "Elm 3")
    async with consuming(bus, names[0], [ORDERED], ear.receive), consuming(bus, names[1], [], rest.receive):
        ear.deaf = True
        publishing = asyncio.create_task(publish(bus, sent))
        await until(lambda: asyncio.sleep(0, ear.asked > 0))
        assert ear.heard == []
        ear.deaf = False
        await publishing
        await has_heard(ear, sent)


async def test_what_is_published_while_a_consumer_is_away_waits_for_it(bus: Bus, names: list[str]) -> None:
    ear, rest = Ear(), Ear()
    sent = messages("Elm 1", "Elm 2")
    async with consuming(bus, names[1], [], rest.receive):
        async with consuming(bus, names[0], [ORDERED], ear.receive):
            pass
        publishing = asyncio.create_task(publish(bus, sent))
        await asyncio.sleep(0.1)
        async with consuming(bus, names[0], [ORDERED], ear.receive):
            await publishing
            await has_heard(ear, sent)


async def test_what_was_received_is_not_brought_to_a_consumer_that_comes_back(bus: Bus, names: list[str]) -> None:
    ear, rest = Ear(), Ear()
    first, second, third = messages("Elm 1"), messages("Elm 2"), messages("Elm 3")
    async with consuming(bus, names[1], [], rest.receive):
        async with consuming(bus, names[0], [ORDERED], ear.receive):
            for sent in (first, second):  # when the second comes, the first is acknowledged
                await bus.publish(sent)
                await until(lambda: asyncio.sleep(0, sent[0].body in ear.heard))  # noqa: B023 - awaited here and now
        async with consuming(bus, names[0], [ORDERED], ear.receive):
            await bus.publish(third)
            await until(lambda: asyncio.sleep(0, third[0].body in ear.heard))
    assert ear.heard.count(first[0].body) == 1


async def test_a_bus_with_everything_in_place_has_no_trouble(bus: Bus, names: list[str]) -> None:
    ear, rest = Ear(), Ear()
    async with consuming(bus, names[0], [ORDERED], ear.receive), consuming(bus, names[1], [], rest.receive):
        assert await bus.trouble() is None
