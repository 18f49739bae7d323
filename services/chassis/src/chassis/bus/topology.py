"""What stands in RabbitMQ: one exchange of facts, one queue per consumer, and a place for what nobody could take."""

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeAlias

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused

Arguments: TypeAlias = dict[str, Any]

log = logging.getLogger("chassis.bus")

EXCHANGE, DEAD_LETTERS = "steward.events", "steward.dead-letters"
DELIVERY_LIMIT = 20
QUORUM: Arguments = {"x-queue-type": "quorum"}

# One worker of a service consumes at a time, the others wait to take over: so the order per subject holds however many
# workers there are. Only what kills the process that takes it comes back as often as the limit says.
CONSUMING: Arguments = QUORUM | {
    "x-single-active-consumer": True,
    "x-delivery-limit": DELIVERY_LIMIT,
    "x-dead-letter-exchange": DEAD_LETTERS,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def queue_of(consumer: str) -> str:
    return f"steward.{consumer}"


async def _unless_different(
    connection: AbstractConnection, name: str, declare: Callable[[AbstractChannel], Awaitable[Any]]
) -> None:
    """During a rolling release the old and the new code may differ about arguments: what stands then stays and is used.

    The broker answers a difference by closing the channel, so each declaration has one of its own.
    """
    try:
        async with await connection.channel() as channel:
            await declare(channel)
    except ChannelPreconditionFailed:
        log.exception("%s stands with other arguments than this release declares; it is used as it is", name)


async def _unless_reserved(
    connection: AbstractConnection, name: str, declare: Callable[[AbstractChannel], Awaitable[Any]]
) -> None:
    """What all services share may be made by an administrator, with a user per service who may only use it."""
    try:
        await _unless_different(connection, name, declare)
    except ChannelAccessRefused:
        log.info("%s is not ours to declare; it is used as it is", name)


async def declare_exchange(connection: AbstractConnection) -> None:
    async def declare(channel: AbstractChannel) -> None:
        await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)

    await _unless_reserved(connection, EXCHANGE, declare)


async def _declare_dead_letters(connection: AbstractConnection) -> None:
    async def declare(channel: AbstractChannel) -> None:
        exchange = await channel.declare_exchange(DEAD_LETTERS, ExchangeType.FANOUT, durable=True)
        queue = await channel.declare_queue(DEAD_LETTERS, durable=True, arguments=dict(QUORUM))
        await queue.bind(exchange)

    await _unless_reserved(connection, DEAD_LETTERS, declare)


async def declare_consumer(connection: AbstractConnection, consumer: str, types: Collection[str]) -> None:
    """A binding to a type that is not consumed any more stays: whoever consumes takes such facts and ignores them."""
    name = queue_of(consumer)

    async def declare(channel: AbstractChannel) -> None:
        await channel.declare_queue(name, durable=True, arguments=dict(CONSUMING))

    await declare_exchange(connection)
    await _declare_dead_letters(connection)
    await _unless_different(connection, name, declare)
    async with await connection.channel() as channel:
        queue = await channel.get_queue(name)
        for type in sorted(types):
            await queue.bind(EXCHANGE, routing_key=type)
