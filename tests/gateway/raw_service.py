"""A service as a bare socket: does what a test says, also what no server would do, and counts what it gets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Act = Callable[["Call"], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Call:
    """One request on a connection; `head` is everything up to the empty line."""

    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def lines(self) -> list[bytes]:
        return self.head.split(b"\r\n")[:-2]

    def values(self, name: bytes) -> list[bytes]:
        fields = [line.partition(b": ") for line in self.lines[1:]]
        return [value for known, _, value in fields if known.lower() == name]

    async def body(self) -> bytes:
        if lengths := self.values(b"content-length"):
            return await self.reader.readexactly(int(lengths[0]))
        parts = []
        while self.values(b"transfer-encoding") and (part := await self.chunk()):
            parts.append(part)
        return b"".join(parts)

    async def chunk(self) -> bytes:
        size = int(await self.reader.readline(), 16)
        data = await self.reader.readexactly(size + 2)
        return data[:-2]

    async def send(self, *data: bytes) -> None:
        self.writer.write(b"".join(data))
        await self.writer.drain()

    def cut(self) -> None:
        self.writer.transport.abort()


async def say_ok(call: Call) -> None:
    await call.body()
    await call.send(OK)


@dataclass
class RawService:
    """`act` is done for each request; a connection stays open until `act` ends it."""

    act: Act = say_ok
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.calls.append(Call(head, reader, writer))
                await self.act(self.calls[-1])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self.serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def drop_connections(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def stop(self) -> None:
        self.drop_connections()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def raw_service(act: Act = say_ok) -> AsyncIterator[RawService]:
    service = RawService(act)
    server = await asyncio.start_server(service.accept, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        await service.stop()
