"""Services that behave in one way or another, and the gateway's way to them."""

import asyncio
from typing import Any

from gateway.upstream import HttpUpstream
from tests.gateway.raw_service import OK, Act, Call, RawService

POST_FIELDS = [(b"content-type", b"application/json")]
KEY = (b"idempotency-key", b"4711")
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


def cutting_the_old_one(service: RawService, heard: list[bytes]) -> Act:
    """The first connection, which is cut when the next request has come; any other is answered. Notes the bodies."""

    async def cut_the_old_one(call: Call) -> None:
        heard.append(await call.body())
        if service.connections == 1:
            call.cut()
        else:
            await call.send(OK)

    return cut_the_old_one
