"""One HTTP/1.1 connection to a service: requests go out as they are, answers come in no faster than they are taken."""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from gateway.crossing import NAMES_NO_FIELD, Fields
from gateway.problems import UpstreamCut, UpstreamTooLate

HEAD_BYTES, HIGH_WATER, LOW_WATER = 65_536, 262_144, 65_536


class Connection(asyncio.Protocol):
    """`begin`, `write`, `head`, `chunk` until it gives b"", and `is_reusable` says whether another request may follow.
    Who would rather be called than wait sets `listener`: it is told once, of whatever comes first.

    Whatever arrives without having been asked for makes the connection unusable, so that no answer can ever be taken
    for that of another request.
    """

    def __init__(self, on_lost: Callable[["Connection"], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_lost = on_lost
        self._parser = httptools.HttpResponseParser(self)
        self._news: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self.listener: Callable[[], None] | None = None
        self._error: Exception | None = None
        self._is_busy = self._is_paused = self._is_choked = False
        self.transport: asyncio.Transport
        self.requests, self.idle_since = 0, 0.0
        self._clear()

    def _clear(self) -> None:
        self.status = 0
        self.headers: Fields = []
        self.has_head = self.has_length = self.names_fields = self.is_complete = self.has_answer_bytes = False
        self._keeps_alive, self._until_end, self._expects_body = True, False, True
        self._chunks: list[bytes] = []
        self._buffered = self._head_bytes = 0

    # What the carrier of a request calls

    def begin(self, *, expects_body: bool) -> None:
        self._clear()
        self._is_busy, self._expects_body = True, expects_body
        self.requests += 1

    def write(self, data: bytes) -> None:
        self.transport.write(data)

    async def drained(self, seconds: float) -> None:
        """Returns when more may be written; raises UpstreamTooLate if nothing is taken for so long."""
        if self._error:
            raise self._error
        if self._is_choked:
            self._drained = self._loop.create_future()
            await self._wait(self._drained, seconds)

    async def head(self, seconds: float) -> None:
        """Returns when `status` and `headers` are there."""
        while not self.has_head:
            await self._next(seconds)

    async def chunk(self, seconds: float) -> bytes:
        """What has arrived of the body; b"" when it is complete."""
        while not self._chunks and not self.is_complete:
            await self._next(seconds)
        return self.taken()

    def taken(self) -> bytes:
        """What has arrived of the body so far."""
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks, self._buffered = [], 0
        if self._is_paused and not self.transport.is_closing():
            self._is_paused = False
            self.transport.resume_reading()
        return data

    @property
    def has_more(self) -> bool:
        return bool(self._chunks) or not self.is_complete

    @property
    def is_plain(self) -> bool:
        """A complete answer of a declared length, no field of which stays behind but by its name."""
        return self.has_length and not self.names_fields and self.status != 304 and self.is_reusable

    @property
    def is_reusable(self) -> bool:
        return self.is_complete and self._keeps_alive and self._error is None and not self.transport.is_closing()

    def release(self, now: float) -> None:
        self._is_busy, self.idle_since = False, now

    def close(self) -> None:
        self.transport.abort()

    async def _next(self, seconds: float) -> None:
        if self._error:
            raise self._error
        self._news = self._loop.create_future()
        await self._wait(self._news, seconds)

    async def _wait(self, future: "asyncio.Future[None]", seconds: float) -> None:
        timer = self._loop.call_later(seconds, _expire, future)
        try:
            await future
        finally:
            timer.cancel()

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # as is uvloop's, in all but its class

    def data_received(self, data: bytes) -> None:
        if not self._is_busy:
            self._fail("The service sends what nobody has asked for.")
            return
        self.has_answer_bytes = True
        if not self.has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("The service's answer is not valid HTTP/1.1.")
        if not self.has_head and self._head_bytes > HEAD_BYTES:
            self._fail("The header of the service's answer does not end.")
        if self._buffered > HIGH_WATER and not self._is_paused and not self.is_complete:
            self._is_paused = True
            self.transport.pause_reading()
        self._tell()

    def eof_received(self) -> None:
        if self.has_head and self._until_end:
            self.is_complete = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - lost is lost
        if not self.is_complete:
            self._error = self._error or UpstreamCut()
        self._tell()
        self.resume_writing()
        self._on_lost(self)

    def pause_writing(self) -> None:
        self._is_choked = True

    def resume_writing(self) -> None:
        self._is_choked = False
        if self._drained and not self._drained.done():
            self._drained.set_result(None)

    def _tell(self) -> None:
        if self.listener:
            listener, self.listener = self.listener, None
            listener()
        elif self._news and not self._news.done():
            self._news.set_result(None)

    def _fail(self, detail: str) -> None:
        self._error = self._error or UpstreamCut(detail)
        self._tell()
        self.transport.abort()

    # What the parser calls

    def on_message_begin(self) -> None:
        if self.is_complete:
            self._keeps_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_complete:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200 or self.is_complete:
            return
        if self.status > 599:
            self._fail("The service's answer has no valid status.")
            return
        self.has_head = True
        is_chunked = False
        for name, value in self.headers:
            if name == b"content-length":
                self.has_length = True
            elif name == b"transfer-encoding":
                is_chunked = True
            elif name == b"connection":
                self.names_fields = self.names_fields or value.lower() not in NAMES_NO_FIELD
        if not self._expects_body:
            self.is_complete, self._keeps_alive = True, False  # the parser does not know that HEAD has no body
        elif not self.has_length and not is_chunked and self.status not in (204, 304):
            self._until_end, self._keeps_alive = True, False

    def on_body(self, body: bytes) -> None:
        if not self.is_complete:
            self._chunks.append(body)
            self._buffered += len(body)

    def on_message_complete(self) -> None:
        if self.status < 200:
            self.headers = []  # an interim answer such as 103: the real one follows
        elif not self.is_complete:
            self.is_complete = True
            self._keeps_alive = self._keeps_alive and self._parser.should_keep_alive()


def _expire(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_exception(UpstreamTooLate())
