"""Services that behave in one way or another, and the gateway's way to them."""

import asyncio
from typing import Any

from gateway.upstream import HttpUpstream
from tests.gateway.raw_service import Act, Call, RawService

POST_FIELDS = [(b"content-type", b"application/json")]
CHUNKED = [(b"transfer-encoding", b"chunked")]


def upstream(service: RawService, **given: Any) -> HttpUpstream:
    patience = {"connect_seconds": 2, "wait_seconds": 0.2, "first_byte_seconds": 2, "idle_seconds": 2}
    return HttpUpstream(service.url, **{**patience, **given})


def saying(*parts: bytes, cut: bool = False) -> Act:
    async def say(call: Call) -> None:
        await call.send(*parts)
        if cut:
            call.cut()

    return say


async def silent(call: Call) -> None:
    await call.body()
    await asyncio.sleep(10)


async def cutting(call: Call) -> None:
    await call.body()
    call.cut()
