"""The bus of a platform that lives in one process: each message is handed over before its publishing returns."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn

from chassis.bus import Message, Receive
from chassis.pulse import Pulse

BEAT_SECONDS = 1.0


class NobodyThere(Exception):
    """A consumer that must hear every message does not listen yet, or not any more."""


@dataclass(frozen=True)
class _Consumer:
    types: frozenset[str]
    receive: Receive


class InProcess:
    """`consumers` are all that will ever consume: nothing is published behind the back of one that is absent."""

    def __init__(self, consumers: Collection[str]) -> None:
        self._expected = frozenset(consumers)
        self._present: dict[str, _Consumer] = {}

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when every consumer has acted on them, or has deferred or parked them, in its own database."""
        if trouble := await self.trouble():
            raise NobodyThere(trouble)
        await asyncio.gather(*(_hand_over(consumer, messages) for consumer in self._present.values()))

    async def consume(self, consumer: str, types: Collection[str], receive: Receive, pulse: Pulse) -> NoReturn:
        if consumer not in self._expected or consumer in self._present:
            raise ValueError(f"{consumer} is not expected to consume here, or does so already")
        self._present[consumer] = _Consumer(frozenset(types), receive)
        try:
            while True:
                pulse.beat()
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            del self._present[consumer]

    async def keep_for(self, consumer: str, types: Collection[str]) -> None:
        """They wait in the outbox: nothing is published while a consumer is absent."""

    async def trouble(self) -> str | None:
        absent = sorted(self._expected - self._present.keys())
        return f"not consuming: {', '.join(absent)}" if absent else None

    async def close(self) -> None:
        """There is nothing to close."""


async def _hand_over(consumer: _Consumer, messages: Sequence[Message]) -> None:
    bodies = [message.body for message in messages if message.type in consumer.types]
    if bodies:
        await consumer.receive(bodies)
