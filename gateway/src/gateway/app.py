"""From contracts and services to the single public door."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.clock import Clock, wall_clock
from chassis.contracts import openapi
from chassis.identity import Voucher
from gateway.allowance import Allowance
from gateway.breaker import CircuitBreaker
from gateway.clients import Clients
from gateway.cors import Cors
from gateway.documents import merged
from gateway.exchange import Exchange
from gateway.grant import Grant
from gateway.hop import Watch
from gateway.key_set import KeySet
from gateway.observation import Observation
from gateway.overview import Overview
from gateway.own_operations import Own, contract_app
from gateway.own_tokens import OwnTokens
from gateway.readiness import Readiness
from gateway.routing import OWN, Route, Table
from gateway.settings import Settings
from gateway.tokens import Provider, Tokens
from gateway.upstream import HttpUpstream
from gateway.volley import Volley

__all__ = ["Gateway", "contract_app", "create_gateway"]


@dataclass(slots=True)
class Gateway:
    """The application that the server runs. Its own operations are one more upstream, at the root of the addresses."""

    settings: Settings
    table: Table
    breakers: dict[str, CircuitBreaker]
    remote: dict[str, HttpUpstream]
    tokens: Tokens
    allowance: Allowance
    failures: Allowance
    cors: Cors
    observation: Observation
    close: Callable[[], Any]
    watch: Watch = field(default_factory=Watch)
    volley: Volley = field(default_factory=Volley)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await Exchange(self, scope, receive, send).run()
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def reachable(self, route: Route) -> HttpUpstream | None:
        """The service, where a request needs only a connection to it."""
        is_plain = not route.is_open and not self.breakers[route.service].is_open
        return self.remote.get(route.service) if is_plain else None

    def seconds_for(self, route: Route) -> float:
        return self.settings.upload_seconds if route.streams else self.settings.answer_seconds

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})


def create_gateway(
    settings: Settings,
    upstreams: Mapping[str, ASGIApp],
    contracts: Mapping[str, dict[str, Any]],
    *,
    clock: Clock = wall_clock,
) -> Gateway:
    """`contracts` are the OpenAPI documents by service; each needs its application in `upstreams`, which may be a
    service's own (in one process) or an HttpUpstream. What is `gateway` in them is passed over: it is known here."""
    own = contract_app()
    documents = {name: document for name, document in contracts.items() if name != OWN} | {OWN: openapi(own)}
    if missing := documents.keys() - upstreams.keys() - {OWN}:
        raise ValueError(f"nothing is known to answer for: {', '.join(sorted(missing))}")
    breakers = {name: CircuitBreaker(app) for name, app in upstreams.items()} | {OWN: CircuitBreaker(own)}
    remote = {name: app for name, app in upstreams.items() if isinstance(app, HttpUpstream)}
    http = httpx.AsyncClient(timeout=httpx.Timeout(5), limits=httpx.Limits(max_connections=4))
    observation, failures = Observation(breakers), Allowance(settings.failures_limit)
    own_tokens = _own_tokens(settings, clock)
    services = {name: breakers[name] for name in upstreams}
    own.state.own = Own(
        grant=Grant(Clients(settings.clients_file), own_tokens, Allowance(settings.failures_limit)),
        tokens=own_tokens,
        overview=Overview(services),
        readiness=Readiness(services),
        observation=observation,
        document=merged(documents, issuer=settings.oidc_issuer),
        clock=clock,
    )
    return Gateway(
        settings=settings,
        table=Table(documents),
        breakers=breakers,
        remote=remote,
        tokens=Tokens(own_tokens, _provider(settings, http, clock), _voucher(settings), clock),
        allowance=Allowance(settings.rate_limit),
        failures=failures,
        cors=Cors(settings.cors_origins),
        observation=observation,
        close=lambda: _close(http, remote, observation),
    )


def _own_tokens(settings: Settings, clock: Clock) -> OwnTokens:
    key = settings.identity_private_key.get_secret_value()
    return OwnTokens(key, lifetime_seconds=settings.token_seconds, clock=clock)


def _voucher(settings: Settings) -> Voucher:
    return Voucher(settings.identity_private_key.get_secret_value())


def _provider(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> Provider | None:
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_audience is None:
        raise ValueError("OIDC_AUDIENCE is not set: a token meant for somebody else must not be taken")
    keys = KeySet(settings.oidc_issuer, http, clock)
    return Provider(keys, settings.oidc_audience, settings.oidc_roles_claim, settings.oidc_unit_claim)


async def _close(http: httpx.AsyncClient, remote: Mapping[str, HttpUpstream], observation: Observation) -> None:
    observation.tell()
    await asyncio.gather(http.aclose(), *(app.aclose() for app in remote.values()))
