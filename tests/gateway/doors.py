"""A gateway as its tests need it: a small contract, applications behind it, and callers with tokens."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.identity import Verifier, new_key_pair
from chassis.testing import StoppedClock
from gateway.app import Gateway, create_gateway
from gateway.clients import Client
from gateway.front import server
from gateway.own_tokens import OwnTokens
from gateway.settings import Settings

PRIVATE_KEY, PUBLIC_KEY = new_key_pair()


def operation(id: str, **extra: Any) -> dict[str, Any]:
    return {"operationId": id, "summary": f"{id}.", "security": [{"bearer": []}], "responses": {"200": {}}, **extra}


def contract(paths: dict[str, Any] | None = None) -> dict[str, Any]:
    known = {
        "/v1/services": {
            "get": operation("list_services", **{"x-permission": "portfolio:service:read"}),
            "post": operation("propose_service", **{"x-max-body-bytes": 1000}),
        },
        "/v1/services/{service_id}": {"get": operation("get_service"), "put": operation("describe_service")},
        "/v1/services/summary": {"get": operation("summarize_services")},
        "/v1/service-imports": {
            "post": operation("import_services", **{"x-streams": True, "x-max-body-bytes": 50_000_000})
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portfolio", "version": "1"},
        "paths": paths or known,
        "components": {},
    }


@dataclass
class Echo:
    """Answers with what has reached it."""

    scopes: list[Scope] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, has_more = b"", True
        while has_more:
            message = await receive()
            body += message.get("body", b"")
            has_more = message.get("more_body", False)
        self.scopes.append(scope)
        said = {
            "path": scope["path"],
            "raw_path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "body": body.decode(),
        }
        answer = json.dumps(said).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer)), *self.headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def settings(**given: Any) -> Settings:
    return Settings(**{"identity_private_key": PRIVATE_KEY, **given})


@dataclass
class Door:
    """`client()` talks to the gateway in this process; `token()` is one that it would issue itself."""

    gateway: Gateway
    clock: StoppedClock

    def token(self, *roles: str, subject: str = "dashboard", **named: Any) -> str:
        own = OwnTokens(PRIVATE_KEY, lifetime_seconds=900, clock=self.clock)
        roles = roles or ("administrator",)
        client = Client(client_id=subject, name="A dashboard", secret_hash="", roles=roles, **named)
        return own.issue(client, list(roles))

    def client(self, *roles: str, address: str = "192.0.2.1", **named: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.gateway, client=(address, 4711))
        headers = {"Authorization": f"Bearer {self.token(*roles, **named)}"}
        return httpx.AsyncClient(transport=transport, base_url="http://door", headers=headers, timeout=10)

    def stranger(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.gateway, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url="http://door", timeout=10)


def door(
    portfolio: ASGIApp | None = None, *, contracts: Mapping[str, dict[str, Any]] | None = None, **given: Any
) -> Door:
    """A gateway before one service, `portfolio`, which echoes unless it is given."""
    clock = StoppedClock()
    known = contracts or {"portfolio": contract()}
    upstreams = {name: portfolio or Echo() for name in known}
    return Door(create_gateway(settings(**given), upstreams, known, clock=clock), clock)


def vouched(answer: httpx.Response) -> Any:
    """The caller that a service sees in an echoed request."""
    authorization = [value for name, value in answer.json()["headers"] if name == "authorization"]
    assert len(authorization) == 1
    return Verifier(PUBLIC_KEY).caller(authorization[0].removeprefix("Bearer "))


@asynccontextmanager
async def listening(app: ASGIApp, **given: Any) -> AsyncIterator[int]:
    """The port of the real server before `app`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        front = server(app, settings(**given))
        task = asyncio.create_task(front.serve(sockets=[listener]))
        try:
            # The socket listens already: who connects now is answered as soon as the server has started.
            yield listener.getsockname()[1]
        finally:
            front.should_exit = True
            await asyncio.wait_for(task, 15)
