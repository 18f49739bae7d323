"""Requests over keep-alive connections, as fast as they are answered: one request at a time on each."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from standalone.child import LOOPBACK

Request = Callable[[], bytes]


class WrongAnswers(Exception):
    """Some answers were not what they should be."""


@dataclass
class Load:
    """`answered` counts by status; `seconds` are those that each request took."""

    answered: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def expect(self, status: int) -> None:
        if set(self.answered) != {status}:
            raise WrongAnswers(f"{dict(self.answered)} instead of {status} only")


class _Connection(asyncio.Protocol):
    def __init__(self, request: Request, load: Load, end_at: float) -> None:
        self._request, self._load, self._end_at = request, load, end_at
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._ask()

    def _ask(self) -> None:
        self._asked_at = perf_counter()
        if self._asked_at > self._end_at:
            self._transport.close()
        else:
            self._transport.write(self._request())

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length: ")[2]
        if len(body) < int(length.partition(b"\r\n")[0] or 0):
            return
        self._heard = b""
        self._load.answered[int(head[9:12])] += 1
        self._load.seconds.append(perf_counter() - self._asked_at)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc or perf_counter() < self._end_at:
            self.ended.set_exception(exc or ConnectionError("the server closed the connection"))
        else:
            self.ended.set_result(None)


async def load(port: int, request: Request, *, connections: int, seconds: float) -> Load:
    """`request` makes the bytes of the next one. Raises whatever ends a connection early."""
    done, end_at = Load(), perf_counter() + seconds
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Connection(request, done, end_at), LOOPBACK, port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.ended for _, protocol in made))
    return done


def post(path: str, body: bytes, **fields: str) -> bytes:
    said = {"Host": "here", "Content-Type": "application/json", "Content-Length": str(len(body)), **fields}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
