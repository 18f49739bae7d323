"""The server in front: a well-kept HTTP/1.1 parser, bounded in what it takes and how long it waits."""

import asyncio
import json
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.server import Server
from chassis.web import PROBLEM_MEDIA, status_of
from gateway.problems import HeadRefused
from gateway.settings import Settings

MAX_HEAD_BYTES = 32_768
LINGER_SECONDS = 5  # for the rest of a request that has been refused already
STOP_SECONDS = 10


class Bounded(HttpToolsProtocol):
    """Closes connections whose header fields are endless or do not arrive, and those that go on after a refusal."""

    head_seconds = 10.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_bytes, self._is_in_head, self._is_in_message = 0, True, False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._close_in(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stay()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes and not self.transport.is_closing():
            self._bound_head()

    def _bound_head(self) -> None:
        if self._head_bytes > MAX_HEAD_BYTES:
            self.send_400_response(f"The request line and header fields have at most {MAX_HEAD_BYTES} bytes.")
        elif self._timer is None:
            self._close_in(self.head_seconds)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = self._is_in_message = True

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        self._stay()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_head, self._is_in_message = True, False
        self._stay()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_in_message:
            self._close_in(LINGER_SECONDS)

    def send_400_response(self, msg: str) -> None:
        self.transport.write(_refusal(msg))
        self.transport.close()

    def _close_in(self, seconds: float) -> None:
        self._stay()
        self._timer = self.loop.call_later(seconds, self.transport.close)

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


def server(app: ASGIApp, settings: Settings) -> Server:
    """`await server(...).serve()` answers until SIGTERM or SIGINT, then lets running requests end."""
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=type("Bounded", (Bounded,), {"head_seconds": settings.head_seconds}),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
