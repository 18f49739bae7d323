"""The gateway as the process that it is in production, on its own event loop, before a service that listens."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from chassis.clock import wall_clock
from gateway.clients import Client
from gateway.own_tokens import OwnTokens
from standalone.child import free_port
from standalone.contracts import FOLDER
from tests.gateway.doors import PRIVATE_KEY
from tests.gateway.raw_service import RawService

PATH = "/portfolio/v1/services"
CLIENT = Client(client_id="dashboard", name="A dashboard", secret_hash="", roles=("administrator",))


@asynccontextmanager
async def process(service: RawService) -> AsyncIterator[str]:
    """Its address. What it has written when it has ended holds no traceback, and an entry for each request."""
    port = free_port()
    urls = {f"{name}_URL": service.url for name in ("PORTFOLIO", "FINANCE", "STRATEGY")}
    environment = {"IDENTITY_PRIVATE_KEY": PRIVATE_KEY, "CONTRACTS": str(FOLDER), "PORT": str(port), **urls}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "serve", env={**os.environ, **environment}, stderr=asyncio.subprocess.PIPE
    )
    assert running.stderr
    written = list[bytes]()
    try:
        async with asyncio.timeout(30):
            while b"Uvicorn running" not in (line := await running.stderr.readline()):
                assert line, written
                written.append(line)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        _, rest = await running.communicate()
    assert b"Traceback" not in rest
    entries = [entry for entry in map(json.loads, rest.splitlines()) if entry["logger"] == "gateway.access"]
    assert [entry["status"] for entry in entries] == [200, 200, 200, 401]
    assert {(entry["event"], entry["level"], entry["path"]) for entry in entries} == {("request", "info", PATH)}
    assert all({"method", "operation", "milliseconds", "address", "timestamp"} <= entry.keys() for entry in entries)
    assert len({entry["request_id"] for entry in entries}) == 4


async def test_a_request_goes_through_the_process_that_production_runs(service: RawService) -> None:
    token = OwnTokens(PRIVATE_KEY, lifetime_seconds=900, clock=wall_clock).issue(CLIENT, ["administrator"])
    async with process(service) as url, httpx.AsyncClient(base_url=url, timeout=10) as caller:
        for _ in range(3):
            answer = await caller.get(PATH, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.content) == (200, b"ok")
        refused = await caller.get(PATH, headers={"Authorization": "Bearer x"})
        assert refused.status_code == 401
    assert (len(service.calls), service.connections) == (3, 1)
