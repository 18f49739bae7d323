"""A service over the network, as the application that it is: carries a request there and its answer back, unchanged."""

import ssl
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from gateway.connection import Connection
from gateway.crossing import NOT_FORWARDED, NOT_RETURNED, Fields, kept
from gateway.pool import Pool
from gateway.problems import UpstreamCut
from gateway.request_body import RequestBody

SAFE = ("GET", "HEAD", "OPTIONS")


class HttpUpstream:
    """Raises UpstreamUnreachable, UpstreamBusy, UpstreamCut or UpstreamTooLate; after the answer has begun as well.

    A request of which the service may have seen a byte is never sent again, with one exception: one that changes
    nothing the second time, on a kept connection that turns out to have ended before any byte of an answer.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connections: int = 100,
        connect_seconds: float = 3,
        wait_seconds: float = 3,
        first_byte_seconds: float = 60,
        idle_seconds: float = 60,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base_url!r} is no http:// or https:// address")
        tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._base = parts.path.rstrip("/").encode()
        self._host = parts.netloc.encode()
        self._first_byte_seconds, self._idle_seconds = first_byte_seconds, idle_seconds
        self.pool = Pool(
            parts.hostname,
            parts.port or (443 if tls else 80),
            tls,
            connections=connections,
            connect_seconds=connect_seconds,
            wait_seconds=wait_seconds,
        )

    def begun(self, connection: Connection, method: str, target: bytes, rest: bytes) -> bytes:
        """A whole request, to be sent: `target` below the base address, `rest` all that comes behind the host."""
        connection.begin(expects_body=method != "HEAD")
        return b"%b %b%b HTTP/1.1\r\nhost: %b\r\n%b" % (method.encode(), self._base, target, self._host, rest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = RequestBody(scope, receive)
        start = self._head(scope, body.framing) + await body.first_part()
        try:
            connection = await self._answering(start, body, scope.get("begun"), may_repeat=_may_repeat(scope, body))
            try:
                await _relay(connection, body, send, self._idle_seconds)
            except BaseException:
                connection.close()
                raise
            finally:
                await body.stop()
        except UpstreamCut as cut:
            raise body.error or cut from None
        if body.is_sent:
            self.pool.release(connection)
        else:
            connection.close()

    async def aclose(self) -> None:
        self.pool.close_idle()

    def _head(self, scope: Scope, framing: bytes) -> bytes:
        """The request up to its body. Header fields keep their order and values; one with a line break is nobody's."""
        query = scope["query_string"]
        target = self._base + scope["raw_path"] + (b"?" + query if query else b"")
        lines = [b"%b %b HTTP/1.1" % (scope["method"].encode("ascii"), target), b"host: " + self._host]
        lines += [b"%b: %b" % field for field in kept(scope["headers"], NOT_FORWARDED)]
        head = b"\r\n".join(lines) + b"\r\n" + framing + b"\r\n"
        if head.count(b"\n") != len(lines) + 1 + framing.count(b"\n"):
            raise ValueError("a header field contains a line break")
        return head

    async def _answering(
        self, start: bytes, body: RequestBody, begun: Connection | None, *, may_repeat: bool
    ) -> Connection:
        """The connection on which the head of the answer has arrived."""
        while True:
            connection = begun or await self.pool.acquire()
            try:
                if not begun:
                    connection.begin(expects_body=not start.startswith(b"HEAD "))
                    connection.write(start)
                    body.send_rest(connection, self._idle_seconds)
                await connection.head(self._first_byte_seconds)
                return connection
            except BaseException as error:
                await body.stop()
                connection.close()
                is_cut = isinstance(error, UpstreamCut) and not connection.has_answer_bytes
                if not (may_repeat and is_cut and connection.requests > 1):
                    raise
                self.pool.close_idle()  # they ended together, most likely: the next one is fresh
                begun = None


def _may_repeat(scope: Scope, body: RequestBody) -> bool:
    """It changes nothing, or the service answers the second one as it did the first; and all of it is at hand."""
    return body.is_sent and (scope["method"] in SAFE or any(name == b"idempotency-key" for name, _ in scope["headers"]))


async def _relay(connection: Connection, body: RequestBody, send: Send, idle_seconds: float) -> None:
    await send({"type": "http.response.start", "status": connection.status, "headers": answer_fields(connection)})
    has_more = True
    while has_more:
        chunk = await connection.chunk(idle_seconds)
        has_more = connection.has_more
        if has_more:
            body.watch(connection)
        await send({"type": "http.response.body", "body": chunk, "more_body": has_more})


def answer_fields(connection: Connection) -> Fields:
    """What of the answer's header goes on to the caller."""
    headers = kept(connection.headers, NOT_RETURNED)
    if connection.status == 304:
        headers = [field for field in headers if field[0] != b"content-length"]  # it counts a body that is not here
    return headers
