"""The bus of a platform of many processes: RabbitMQ, with confirms on one side and acknowledgements on the other."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn, Self, cast

import aio_pika
import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from chassis.bus import Message, Receive
from chassis.bus.confirms import Confirms
from chassis.bus.topology import EXCHANGE, declare_consumer, declare_exchange, queue_of
from chassis.pulse import Pulse

ANSWER_SECONDS, CONFIRM_SECONDS, IDLE_SECONDS = 10, 60, 1
PREFETCH, BATCH = 1000, 500


class ConsumerLost(Exception):
    """Nothing more is brought here."""


class RabbitMQ:
    """Publishes on one connection and consumes on others: a broker that slows publishers down still delivers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opening, self._publishing = asyncio.Lock(), asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._confirms: Confirms | None = None

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when the broker has confirmed all: they are on disk in every queue that wants them. What no queue is
        bound to is confirmed and dropped. Of several at once, one waits for the other."""
        async with self._publishing:
            confirms = await self._open()
            try:
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await confirms.publish(messages, EXCHANGE)
            except BaseException:
                await self.close()  # or what is still on its way would overtake what is published next
                raise

    async def _open(self) -> Confirms:
        async with self._opening:
            if self._confirms is None or self._channel is None or self._channel.is_closed:
                await self.close()
                self._connection = await self._connect("publisher")
                async with asyncio.timeout(ANSWER_SECONDS):
                    await declare_exchange(self._connection)
                    self._channel = await self._connection.channel()
                    self._confirms = Confirms(await _underlying(self._channel))
            return self._confirms

    async def _connect(self, purpose: str) -> AbstractConnection:
        return await aio_pika.connect(
            self._url, timeout=ANSWER_SECONDS, client_properties={"connection_name": f"steward {purpose}"}
        )

    async def consume(self, consumer: str, types: Collection[str], receive: Receive, pulse: Pulse) -> NoReturn:
        """After any failure the connection goes, so that the broker brings again what was not acknowledged.

        The next one is made when `receive` is able to receive, or the broker would count deliveries for nothing.
        """

        async def going() -> None:
            await receive([])
            connection = await self._connect(consumer)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await declare_consumer(connection, consumer, types)
                    delivered = await Deliveries.of(connection, queue_of(consumer))
                await delivered.pass_on(receive, pulse)
            finally:
                await _close(connection)

        await pulse.keep(going)

    async def keep_for(self, consumer: str, types: Collection[str]) -> None:
        connection = await self._connect(f"preparing {consumer}")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await declare_consumer(connection, consumer, types)
        finally:
            await _close(connection)

    async def trouble(self) -> str | None:
        try:
            await self._open()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the operator wants to know
            return f"no connection to the broker: {type(error).__name__}"
        return None

    async def close(self) -> None:
        connection, self._connection, self._channel, self._confirms = self._connection, None, None, None
        if connection:
            await _close(connection)


async def _close(connection: AbstractConnection) -> None:
    with suppress(Exception):  # it may be broken, which is why it goes
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.close()


async def _underlying(channel: AbstractChannel) -> aiormq.Channel:
    """What aio-pika's channel stands on: it publishes without waiting for each frame, and knows who consumes."""
    return cast(aiormq.Channel, await channel.get_underlay_channel())


@dataclass(frozen=True)
class Deliveries:
    """What one consumer is brought on one channel."""

    channel: AbstractChannel
    tag: str
    arrived: asyncio.Queue[AbstractIncomingMessage]

    @classmethod
    async def of(cls, connection: AbstractConnection, queue_name: str) -> Self:
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH)
        arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        tag = await (await channel.get_queue(queue_name)).consume(arrived.put)
        return cls(channel, tag, arrived)

    async def pass_on(self, receive: Receive, pulse: Pulse) -> NoReturn:
        """What is there is received as one batch and acknowledged as one; raises when it cannot go on."""
        consumers = (await _underlying(self.channel)).consumers
        while True:
            if self.channel.is_closed or self.tag not in consumers:
                raise ConsumerLost("the broker has closed the channel or cancelled the consumer")
            pulse.beat()
            if batch := await self._batch():
                await receive([message.body for message in batch])
                await batch[-1].ack(multiple=True)

    async def _batch(self) -> list[AbstractIncomingMessage]:
        """At least one, unless nothing comes for a moment."""
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                batch = [await self.arrived.get()]
        except TimeoutError:
            return []
        while len(batch) < BATCH and not self.arrived.empty():
            batch.append(self.arrived.get_nowait())
        return batch
