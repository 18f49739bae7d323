"""The server in front: a well-kept HTTP/1.1 parser, bounded in what it takes and how long it waits."""

import asyncio
import json
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from chassis.server import Server
from chassis.web import PROBLEM_MEDIA, status_of
from gateway.app import Gateway
from gateway.hop import Hop
from gateway.problems import HeadRefused
from gateway.settings import Settings

MAX_HEAD_BYTES = 32_768  # of the request line and fields together; and of chunk sizes and trailers around a body
WIRE_BYTES = 8  # for each byte of a body, at the most: a chunk of one byte takes six
LINGER_SECONDS = 5  # for the rest of a request that has been refused already
UNREAD_SECONDS = 20  # for a caller to go on reading its answer
KEEP_SECONDS = 75  # an idle connection
STOP_SECONDS = 10


class Bounded(HttpToolsProtocol):
    """Refuses what could be read in two ways, and closes connections that take endlessly: whose header fields or chunks
    do not end or do not arrive, that go on after a refusal, or that do not read their answer."""

    head_seconds = 10.0
    gateway: Gateway | None = None  # where requests may take the short way

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._around, self._is_in_head, self._is_in_message = 0, True, False
        self._doubt: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._kept: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self._is_reading, self.peer = False, b""
        self._arrived: tuple[RequestResponseCycle, ASGIApp] | None = None

    def connection_made(  # type: ignore[override]  # as uvicorn narrows it
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        address, scheme = self.client[0] if self.client else "unknown", self.scheme or "http"
        self.peer = b"x-forwarded-for: %b\r\nx-forwarded-proto: %b\r\n" % (address.encode(), scheme.encode())
        self._close_in(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stay()
        if self._kept:
            self._kept.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._around += len(data)
        self._is_reading = True
        super().data_received(data)
        self._is_reading = False
        if self._arrived:
            (cycle, app), self._arrived = self._arrived, None
            self._start(cycle, app)
        if self.transport.is_closing():
            return
        if self._around > MAX_HEAD_BYTES:
            self.send_400_response(f"The request line and header fields have at most {MAX_HEAD_BYTES} bytes.")
        elif self._is_in_head and (self._around or self._is_in_message) and self._timer is None:
            self._close_in(self.head_seconds)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = self._is_in_message = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field behind the body is nobody's: what decides about a request is known before its body."""
        if self._is_in_head:
            name = name.lower()
            self.headers.append((name, value))
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        self._is_in_head, self._around = False, 0
        self._stay()
        if doubt := self._found_doubtful():
            self._doubt = doubt
            raise ValueError(doubt)  # which the parser takes for an invalid request
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False  # the parser drops what comes right behind such a request

    def _found_doubtful(self) -> str | None:
        names = [name for name, _ in self.headers]
        hosts, codings, has_length = names.count(b"host"), [], False
        if b"transfer-encoding" in names or b"content-length" in names:
            codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
            has_length = any(value.strip(b"0") for name, value in self.headers if name == b"content-length")
        is_old = self.parser.get_http_version() in ("0.9", "1.0")
        if codings and (codings != [b"chunked"] or is_old):
            return "A body comes with its length, or chunked and not otherwise encoded."
        if (codings or has_length) and self.parser.should_upgrade():
            return "A request that asks for another protocol has no body."
        if hosts > 1 or not (hosts or is_old):
            return "A request names its host once."
        return "The address of a request has no fragment." if b"#" in self.url else None

    def on_body(self, body: bytes) -> None:
        self._around = max(0, self._around - WIRE_BYTES * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_head, self._is_in_message, self._around = True, False, 0
        self._stay()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """A request starts when what has come with its head is read, too: that may be all of it."""
        if self._is_reading:
            self._arrived = cycle, app
        else:
            self._start(cycle, app)

    def _start(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self.gateway is None or cycle.more_body or not Hop(self.gateway, self, cycle).sets_off():
            self.carry(cycle, app)

    def carry(self, cycle: RequestResponseCycle, app: Any) -> None:
        """By a task of its own."""
        super()._start_asgi_task(cycle, app)

    def answer(self, cycle: RequestResponseCycle, content: bytes) -> None:
        """A whole answer, as `cycle.send` would write it."""
        cycle.response_started = cycle.response_complete = True
        if cycle.disconnected:
            return
        if cycle.keep_alive and self.gateway:
            self.gateway.volley.add(self.transport, content)
        else:
            self.transport.write(content)
            self.transport.close()
        cycle.on_response()

    def on_response_complete(self) -> None:
        if self._is_in_message or self.pipeline or self.transport.is_closing():
            super().on_response_complete()
        else:
            self._idle()
        if self._is_in_message:
            self._close_in(LINGER_SECONDS)

    def _idle(self) -> None:
        """As uvicorn would, but with one timer for many requests, which looks when it is due how long it has been."""
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self._kept is None:
            self._kept = self.loop.call_later(self.timeout_keep_alive, self._look_idle)

    def _look_idle(self) -> None:
        self._kept = None
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._kept = self.loop.call_later(left, self._look_idle)
        elif not self._is_in_message and self.cycle.response_complete:
            self._end()

    def send_400_response(self, msg: str) -> None:
        self.transport.write(_refusal(self._doubt or msg))
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def timeout_keep_alive_handler(self) -> None:
        self._end()

    def _close_in(self, seconds: float) -> None:
        self._stay()
        self._timer = self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        """An answer that is still not read now never will be, and closing would wait for it."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _stay(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _refusal(detail: str) -> bytes:
    """A problem document for what is no request, so that there is none to answer as usual."""
    status = status_of(HeadRefused)
    document = {
        "type": f"urn:steward:problem:{HeadRefused.code}",
        "title": HeadRefused.title,
        "status": status,
        "detail": detail,
        "code": HeadRefused.code,
        "instance": "urn:steward:request:",
    }
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 {status} Bad Request\r\ncontent-type: {PROBLEM_MEDIA}\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + body


def server(app: ASGIApp, settings: Settings, *, farewell_seconds: float = 0) -> Server:
    """`await server(...).serve()` answers until SIGTERM or SIGINT, then lets running requests end."""
    known = {
        "head_seconds": settings.head_seconds,
        "gateway": app if isinstance(app, Gateway) and not settings.trusted_proxies else None,
    }
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=type("Bounded", (Bounded,), known),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=KEEP_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        ),
        farewell_seconds=farewell_seconds,
    )
