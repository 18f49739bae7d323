"""A TCP address in front of others, through which connections are cut, slowed down and silenced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from standalone.child import LOOPBACK, free_port

CHUNK_BYTES, CONNECT_SECONDS = 1 << 16, 5

Link = tuple[asyncio.StreamWriter, asyncio.StreamWriter]


class Ended(Exception):
    """One side has closed: whatever it closed for, the other is to know."""


@dataclass
class Wire:
    """Each connection goes to the next of `targets`, ports on this machine, as behind a load balancer."""

    targets: list[int]
    port: int = field(default_factory=free_port)
    delay_seconds: float = 0
    is_cut: bool = False
    carried: int = 0
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _links: set[Link] = field(default_factory=set)

    def cut(self) -> None:
        """All connections are reset, and no new one is taken until `mend`."""
        self.is_cut = True
        self.reset()

    def reset(self) -> None:
        for ends in self._links:
            for end in ends:
                end.transport.abort()

    def silence(self) -> None:
        """Half-open: connections stand and are taken, and nothing gets through until `mend`."""
        self._flowing.clear()

    def mend(self) -> None:
        self.is_cut, self.delay_seconds = False, 0
        self._flowing.set()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond = None if self.is_cut else await self._connected()
        if beyond is None:
            return writer.transport.abort()
        self.carried += 1
        far_reader, far_writer = beyond
        link = (writer, far_writer)
        self._links.add(link)
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, far_writer))
                tasks.create_task(self._pump(far_reader, writer))
        except* (OSError, Ended):
            pass
        finally:
            self._links.discard(link)
            if not self._links:
                self._idle.set()
            for end in link:
                end.close()  # what was sent before still arrives

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in range(len(self.targets)):
            self.targets.append(self.targets.pop(0))
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(LOOPBACK, self.targets[-1])
        return None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            await self._flowing.wait()
            if writer.is_closing():
                break
            writer.write(data)
            await writer.drain()
        raise Ended


@asynccontextmanager
async def wire(*targets: int) -> AsyncIterator[Wire]:
    made = Wire(list(targets))
    made.mend()
    made._idle.set()
    server = await asyncio.start_server(made._take, LOOPBACK, made.port)
    try:
        yield made
    finally:
        server.close()
        made.mend()
        made.reset()
        await made._idle.wait()
