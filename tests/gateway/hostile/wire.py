"""A bare connection to a gateway: sends what no well-behaved caller would, and hears whatever comes back."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

SECONDS, LIMIT = 10, 65_536
STATUS = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) ")


class Endless(AssertionError):
    """The gateway has neither answered nor closed the connection."""


@dataclass
class Wire:
    """`heard` is all that has come back; `is_closed` says that nothing more will."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: bytes = b""
    is_closed: bool = False

    @property
    def statuses(self) -> list[int]:
        return [int(status) for status in STATUS.findall(self.heard)]

    async def say(self, *parts: bytes) -> None:
        """A connection that has been closed meanwhile takes nothing more, which is no fault of who says it."""
        for part in parts:
            with suppress(ConnectionError):
                self.writer.write(part)
                await self.writer.drain()

    async def pour(self, part: bytes, *, most: int) -> int:
        """Says the same again and again until the gateway has had enough; returns how many bytes it was given."""
        poured = 0
        with suppress(ConnectionError):
            while poured < most and not self.writer.is_closing():
                self.writer.write(part)
                await self.writer.drain()
                await asyncio.sleep(0)
                poured += len(part)
        return poured

    async def hear(self, *, statuses: int | None = None, seconds: float = SECONDS) -> "Wire":
        """Until the gateway closes the connection, or until so many answers have begun; raises Endless."""
        try:
            async with asyncio.timeout(seconds):
                while not self.is_closed and (statuses is None or len(self.statuses) < statuses):
                    await self._more()
        except TimeoutError:
            raise Endless(f"after {seconds} s it had said {self.heard[:500]!r}") from None
        return self

    async def _more(self) -> None:
        try:
            data = await self.reader.read(65_536)
        except ConnectionError:
            data = b""
        self.heard += data
        self.is_closed = not data


@asynccontextmanager
async def wire(port: int, *, takes: int | None = None) -> AsyncIterator[Wire]:
    """`takes` are the bytes that may wait to be heard."""
    connection = socket.socket()
    if takes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=takes or LIMIT)
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
