"""Publishing a whole batch on one channel: all frames written at once, one wait for the confirms of all.

The client library publishes one message at a time, each with a task, a future and frames of its own, which takes it
several times as long as the broker. Connection, channel and the reading of frames stay the library's.
"""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import aiormq
from aiormq.abc import ChannelFrame
from pamqp import frame
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from chassis.bus import Message

MEDIA = "application/cloudevents+json"
PERSISTENT = 2
PLACE = str(UUID(int=0))
BODY_FRAME, FRAME_END = b"\x03", b"\xce"
SIZE_AT, SIZE_BYTES = 11, 8  # in the frame of a content header: after type, channel, length, class and weight


class Refused(Exception):
    """The broker does not take a message, as when a queue that it must reach is full."""


class Confirms:
    """Of one channel that confirms and on which nobody else publishes, and one batch after the other. The broker counts
    what it is sent from 1."""

    def __init__(self, channel: aiormq.Channel) -> None:
        self._channel = channel
        self._sent = self._settled = 0  # the last tag sent, and the last one up to which all are confirmed
        self._early: set[int] = set()  # confirmed ones beyond it
        self._all: asyncio.Future[None] | None = None
        setattr(channel, "_on_confirm_frame", self.take)  # noqa: B010 - the library's own wants a future per message

    async def publish(self, messages: Sequence[Message], exchange: str) -> None:
        """Returns when the broker has confirmed all; raises Refused, or why the channel was closed meanwhile."""
        if not messages:
            return
        self._all = self._channel.create_future()
        self._sent += len(messages)
        number, largest = self._channel.number, self._channel.max_content_size
        payload = b"".join(_frames(message, exchange, number, largest) for message in messages)
        await self._channel.write_queue.put(ChannelFrame(payload=payload, should_close=False))
        await self._all

    async def take(self, confirm: Basic.Ack | Basic.Nack) -> None:
        tag = confirm.delivery_tag or 0
        if confirm.multiple:
            self._settled = max(self._settled, tag)
        else:
            self._early.add(tag)
        while self._settled + 1 in self._early:
            self._settled += 1
            self._early.remove(self._settled)
        if self._all is None or self._all.done():
            return
        if isinstance(confirm, Basic.Nack):
            self._all.set_exception(Refused(f"the broker refuses message {tag} of this channel"))
        elif self._settled == self._sent:
            self._all.set_result(None)


def _frames(message: Message, exchange: str, channel: int, largest: int) -> bytes:
    prepared, size_at, id_at = _head(message.type, exchange, channel)
    head = bytearray(prepared)
    head[size_at : size_at + SIZE_BYTES] = len(message.body).to_bytes(SIZE_BYTES, "big")
    head[id_at : id_at + len(PLACE)] = str(message.id).encode()
    for start in range(0, len(message.body), largest):
        part = message.body[start : start + largest]
        head += BODY_FRAME + channel.to_bytes(2, "big") + len(part).to_bytes(4, "big") + part + FRAME_END
    return bytes(head)


@lru_cache(maxsize=1024)
def _head(type: str, exchange: str, channel: int) -> tuple[bytes, int, int]:
    """The frames before the body, as the library makes them, and where in them the body's size and the id belong."""
    properties = Basic.Properties(content_type=MEDIA, delivery_mode=PERSISTENT, message_id=PLACE, message_type=type)
    method = frame.marshal(Basic.Publish(exchange=exchange, routing_key=type), channel)
    header = frame.marshal(ContentHeader(body_size=0, properties=properties), channel)
    return method + header, len(method) + SIZE_AT, len(method) + header.index(PLACE.encode())
