"""An integration team that subscribes to every fact, and keeps them in its own queue until somebody looks."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import aio_pika

from chassis.bus.topology import EXCHANGE, QUORUM

QUEUE = "witness"


@dataclass
class Testimony:
    """What arrived: how often each fact, and per subject the sequence numbers in order of first arrival."""

    arrivals: Counter[str] = field(default_factory=Counter)
    sequences: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def repeated(self) -> int:
        return sum(times - 1 for times in self.arrivals.values())

    def hear(self, fact: dict[str, Any]) -> None:
        self.arrivals[fact["id"]] += 1
        if self.arrivals[fact["id"]] == 1:
            self.sequences[f"{fact['source']} {fact['subject']}"].append(fact["sequence"])

    def disorder(self) -> list[str]:
        return [f"{of}: {seen}" for of, seen in self.sequences.items() if seen != sorted(seen)]


async def subscribe(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).declare_queue(QUEUE, durable=True, arguments=dict(QUORUM))
        await queue.bind(EXCHANGE, routing_key="#")


async def testify(url: str, *, apart_from: Collection[bytes]) -> Testimony:
    """Reads its queue to the end; what it says of `apart_from` does not count."""
    testimony = Testimony()
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        while message := await queue.get(no_ack=True, fail=False):
            if message.body not in apart_from:
                testimony.hear(json.loads(message.body))
    return testimony
