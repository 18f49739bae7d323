"""Which web pages of other origins may use the platform, and what they may see of its answers."""

from collections.abc import Sequence

Headers = list[tuple[bytes, bytes]]

METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
SENT = (
    b"authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, "
    b"x-correlation-id, x-request-id"
)
SEEN = b"etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, x-request-id"
REMEMBERED_SECONDS = b"600"


class Cors:
    """`origins` are such as https://portal.example.org, or * for all. Credentials of browsers are never used: callers
    send their token themselves."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._all = "*" in origins
        self._origins = {origin.encode() for origin in origins}

    def fields(self, origin: bytes | None) -> Headers:
        """For every answer, refusals as well, so that a page can read why it was refused."""
        if self._all:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", SEEN)]
        if not self._origins:
            return []
        vary = (b"vary", b"origin")
        if origin is None or origin not in self._origins:
            return [vary]
        return [vary, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", SEEN)]

    def preflight_fields(self, origin: bytes | None) -> Headers:
        """The answer to a browser that asks whether it may ask; without an allowed origin it says nothing."""
        fields = self.fields(origin)
        if len(fields) < 2:
            return fields
        return [
            *fields,
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", SENT),
            (b"access-control-max-age", REMEMBERED_SECONDS),
        ]
