"""How a server takes leave of those who use it."""

import asyncio
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chassis.server import Server
from standalone.child import LOOPBACK

REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def test_whoever_is_asked_during_the_farewell_says_that_its_answer_is_the_last() -> None:
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))])
    server = Server(uvicorn.Config(app, log_config=None), farewell_seconds=0.3)
    with socket.create_server((LOOPBACK, 0)) as listening:
        await _is_answered_to_the_last(server, listening)


async def _is_answered_to_the_last(server: Server, listening: socket.socket) -> None:
    serving = asyncio.create_task(server.serve([listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(REQUEST)
    assert b"connection: close" not in await reader.readuntil(b"here")
    server.should_exit = True
    await asyncio.sleep(0.15)
    writer.write(REQUEST)
    assert b"connection: close" in await reader.readuntil(b"here")
    assert await reader.read() == b""
    writer.close()
    await serving
