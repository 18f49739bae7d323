"""Drives an application the way a server does, one message at a time."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

Fields = list[tuple[bytes, bytes]]
SECONDS = 5


def scope_of(method: str, path: str, headers: Fields | None = None) -> dict[str, Any]:
    raw, _, query = path.encode().partition(b"?")
    return {
        "type": "http",
        "method": method,
        "path": raw.decode(),
        "raw_path": raw,
        "query_string": query,
        "headers": headers or [],
        "scheme": "http",
        "client": ("192.0.2.1", 4711),
        "state": {},
    }


@dataclass
class Carriage:
    """A request in progress: `give` its body in pieces, `take` the messages of its answer."""

    app: ASGIApp
    scope: dict[str, Any]
    given: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    taken: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    task: asyncio.Task[None] | None = None

    def start(self) -> "Carriage":
        self.task = asyncio.ensure_future(self.app(self.scope, self.given.get, self.taken.put))
        return self

    def give(self, body: bytes, *, more: bool = True) -> None:
        self.given.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def leave(self) -> None:
        self.given.put_nowait({"type": "http.disconnect"})

    async def take(self) -> Message:
        return await asyncio.wait_for(self.taken.get(), SECONDS)

    async def done(self) -> None:
        assert self.task
        await asyncio.wait_for(self.task, SECONDS)


@dataclass
class Answer:
    status: int
    headers: Fields
    body: bytes

    def values(self, name: bytes) -> list[bytes]:
        return [value for known, value in self.headers if known == name]


def begin(app: ASGIApp, method: str, path: str, headers: Fields | None = None) -> Carriage:
    return Carriage(app, scope_of(method, path, headers)).start()


async def carry(
    app: ASGIApp, method: str = "GET", path: str = "/v1/x", headers: Fields | None = None, body: bytes | None = None
) -> Answer:
    """A whole request and its whole answer; raises what the application raises."""
    fields = list(headers or [])
    if body is not None:
        fields.append((b"content-length", b"%d" % len(body)))
    carriage = Carriage(app, scope_of(method, path, fields))
    if body is not None:
        carriage.give(body, more=False)
    await carriage.start().done()
    messages = [carriage.taken.get_nowait() for _ in range(carriage.taken.qsize())]
    start, *rest = messages
    assert [message.get("more_body", False) for message in rest[:-1]] == [True] * (len(rest) - 1)
    assert not rest[-1].get("more_body", False)
    return Answer(start["status"], list(start["headers"]), b"".join(message.get("body", b"") for message in rest))
