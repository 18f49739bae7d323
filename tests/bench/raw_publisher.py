"""The bare engine: frames that are made beforehand, written as fast as the broker takes them, confirms counted."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pamqp import commands, frame, header

from chassis.bus import Message
from chassis.bus.topology import EXCHANGE

WINDOW = 4_000


def frames(messages: Sequence[Message]) -> list[bytes]:
    """Of each message, as its publisher would send them on channel 1."""
    return [b"".join(_frames(message)) for message in messages]


def _frames(message: Message) -> list[bytes]:
    properties = commands.Basic.Properties(
        content_type="application/cloudevents+json",
        delivery_mode=2,
        message_id=str(message.id),
        message_type=message.type,
    )
    return [
        frame.marshal(commands.Basic.Publish(exchange=EXCHANGE, routing_key=message.type), 1),
        frame.marshal(header.ContentHeader(body_size=len(message.body), properties=properties), 1),
        b"\x03\x00\x01" + len(message.body).to_bytes(4, "big") + message.body + b"\xce",
    ]


class RawPublisher(asyncio.Protocol):
    """Speaks just enough of AMQP 0-9-1 to publish with confirms."""

    def __init__(self) -> None:
        self._rest, self._arrived = b"", asyncio.Queue[Any]()
        self.transport: asyncio.Transport
        self.confirmed, self._early = 0, set[int]()
        self._news = asyncio.Event()

    @classmethod
    async def connected(cls, url: str) -> "RawPublisher":
        parts, loop = urlsplit(url), asyncio.get_running_loop()
        transport, self = await loop.create_connection(cls, parts.hostname or "", parts.port or 5672)
        self.transport = transport
        transport.write(header.ProtocolHeader().marshal())
        await self._arrived.get()
        login = f"\0{parts.username}\0{parts.password}"
        await self._ask(commands.Connection.StartOk(mechanism="PLAIN", response=login, locale="en_US"), 0)
        self._say(commands.Connection.TuneOk(channel_max=10, frame_max=131_072, heartbeat=0), 0)
        await self._ask(commands.Connection.Open(virtual_host=parts.path[1:]), 0)
        await self._ask(commands.Channel.Open(), 1)
        await self._ask(commands.Confirm.Select(), 1)
        return self

    def _say(self, method: Any, channel: int) -> None:
        self.transport.write(frame.marshal(method, channel))

    async def _ask(self, method: Any, channel: int) -> Any:
        self._say(method, channel)
        return await self._arrived.get()

    async def publish(self, ready: Sequence[bytes]) -> None:
        """Returns when all are confirmed; never more than a window of them is on its way."""
        begun, sent = self.confirmed, 0
        while self.confirmed - begun < len(ready):
            room = WINDOW - (sent - (self.confirmed - begun))
            if room > 0 and sent < len(ready):
                self.transport.write(b"".join(ready[sent : sent + room]))
                sent += len(ready[sent : sent + room])
            self._news.clear()
            await self._news.wait()

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) >= 8:
            size = int.from_bytes(self._rest[3:7], "big") + 8
            if len(self._rest) < size:
                return
            _, _, method = frame.unmarshal(self._rest[:size])
            self._rest = self._rest[size:]
            self._take(method)

    def _take(self, method: Any) -> None:
        if not isinstance(method, commands.Basic.Ack):
            self._arrived.put_nowait(method)
            return
        if method.multiple:
            self.confirmed = max(self.confirmed, method.delivery_tag)
        else:
            self._early.add(method.delivery_tag)
        while self.confirmed + 1 in self._early:
            self.confirmed += 1
            self._early.remove(self.confirmed)
        self._news.set()
