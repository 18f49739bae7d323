"""The body of a request on its way to a service: framed anew, as fast as both sides go, whole or visibly broken off."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.types import Receive, Scope

from gateway.connection import Connection


class CallerGone(Exception):
    """Who asked has left before the request was complete: the service must not take what it has for all of it."""


class RequestBody:
    """`first_part` is to be written together with the head; `send_rest` sends what follows meanwhile."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        named = dict(scope["headers"])
        self._receive = receive
        self._is_chunked = b"transfer-encoding" in named
        self._left = 0 if self._is_chunked else int(named.get(b"content-length", b"0"))
        self._has_more = self._is_chunked or self._left > 0
        self._rest: asyncio.Task[None] | None = None
        self.framing = b""
        if self._is_chunked:
            self.framing = b"transfer-encoding: chunked\r\n"
        elif b"content-length" in named:
            self.framing = b"content-length: %d\r\n" % self._left

    @property
    def is_sent(self) -> bool:
        return not self._has_more

    @property
    def error(self) -> BaseException | None:
        """What broke it off, if something did."""
        rest = self._rest
        return rest.exception() if rest and rest.done() and not rest.cancelled() else None

    async def first_part(self) -> bytes:
        return await self._part() if self._has_more else b""

    def send_rest(self, connection: Connection, idle_seconds: float) -> None:
        if self._has_more:
            self._follow(connection, self._send(connection, idle_seconds))

    def watch(self, connection: Connection) -> None:
        """From now on the connection ends when the caller leaves, so that nothing is read for nobody."""
        if self._rest is None or self._rest.done():
            self._follow(connection, self._until_caller_leaves())

    def _follow(self, connection: Connection, work: Coroutine[Any, Any, None]) -> None:
        """What breaks off takes the connection with it, or the service would wait for the rest."""
        self._rest = asyncio.create_task(work)
        self._rest.add_done_callback(
            lambda rest: connection.close() if not rest.cancelled() and rest.exception() else None
        )

    async def _until_caller_leaves(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        raise CallerGone

    async def stop(self) -> None:
        if self._rest and not self._rest.done():
            self._rest.cancel()
            await asyncio.wait([self._rest])

    async def _send(self, connection: Connection, idle_seconds: float) -> None:
        while self._has_more:
            connection.write(await self._part())
            await connection.drained(idle_seconds)

    async def _part(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise CallerGone
        data = message.get("body", b"")
        self._has_more = message.get("more_body", False)
        if not self._is_chunked:
            return self._counted(data)
        framed = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        return framed if self._has_more else framed + b"0\r\n\r\n"

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0 or (self._left and not self._has_more):
            raise ValueError("the body is not as long as its Content-Length says")
        return data
