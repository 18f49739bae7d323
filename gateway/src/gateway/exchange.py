"""One request at the door: who asks for what, whether it may pass now, and its answer, whatever happens behind."""

import asyncio
import logging
from collections.abc import Mapping
from itertools import count
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import BodyTooLarge, Problem
from chassis.web import REQUEST_ID, as_problem, problem_answer
from gateway.connection import Connection
from gateway.crossing import believed
from gateway.problems import RateExceeded, RequestTooSlow, TokenInvalid, UpstreamTooLate
from gateway.request_body import CallerGone
from gateway.routing import Route
from gateway.tokens import Identity

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.hop import Hop

log = logging.getLogger("gateway.exchange")

STAYS = b"x-content-type-options", b"nosniff"

# Request ids are unique, not secret: a number of this process, of which no other has the name.
_PROCESS, _numbers = token_hex(8), count(1)


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """The caller's, if it is one."""
    given = headers.get(b"x-request-id")
    if given is not None and REQUEST_ID.fullmatch(text := given.decode("latin-1")):
        return text
    return f"{_PROCESS}-{next(_numbers):x}"


class Exchange:
    """Made for each request. `run` always answers, or breaks off visibly if an answer had begun."""

    __slots__ = (
        "_begun",
        "_body_left",
        "_fields",
        "_gateway",
        "_headers",
        "_known",
        "_receive",
        "_scope",
        "_send",
        "_started",
        "_waits_for_caller",
        "is_complete",
        "request_id",
        "route",
        "status",
    )

    def __init__(self, gateway: "Gateway", scope: Scope, receive: Receive, send: Send) -> None:
        self._gateway, self._scope, self._receive, self._send = gateway, scope, receive, send
        self._started = perf_counter()
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self.request_id = request_id_of(self._headers)
        self._fields = [(b"x-request-id", self.request_id.encode()), STAYS]
        self.route: Route | None = None
        self.status, self.is_complete = 0, False
        self._waits_for_caller, self._body_left = False, 0
        self._known: Identity | None = None
        self._begun: Connection | None = None

    def resume(self, hop: "Hop") -> "Exchange":
        """Carries on what has been sent already."""
        self.request_id, self._fields, self._started = hop.request_id, hop.fields, hop.started
        self.route, self._known, self._begun = hop.route, hop.identity, hop.connection
        return self

    async def run(self) -> None:
        try:
            await self._answer()
        except CallerGone:
            self.status = self.status or 499
        except Exception as error:  # noqa: BLE001 - the door answers whatever happens behind it
            await self._refuse(error)
        finally:
            self._observe()

    async def _answer(self) -> None:
        if self.route and self._begun:
            await self._carry(self.route, self._known, self._gateway.breakers[self.route.service].carry)
            return
        origin = self._headers.get(b"origin")
        self._fields += self._gateway.cors.fields(origin)
        if self._scope["method"] == "OPTIONS" and b"access-control-request-method" in self._headers:
            await self._empty(204, self._gateway.cors.preflight_fields(origin))
            return
        self.route = self._gateway.table.find(self._scope["method"], self._scope["raw_path"])
        identity = None if self.route.is_open else await self._identity()
        self._fields += self._gateway.allowance.spend(identity.caller.subject if identity else self._address)
        await self._carry(self.route, identity, self._gateway.breakers[self.route.service])

    async def _carry(self, route: Route, identity: Identity | None, upstream: ASGIApp) -> None:
        inward = self._inward(route, identity)
        seconds = self._gateway.seconds_for(route)
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                await upstream(inward, await self._body(route), self.send)
        except TimeoutError:
            if not deadline.expired():
                raise
            if self._waits_for_caller:
                raise RequestTooSlow(f"It has to be complete within {seconds:g} seconds.") from None
            self._gateway.breakers[route.service].failed()
            raise UpstreamTooLate from None

    @property
    def _address(self) -> str:
        client = self._scope.get("client")
        return str(client[0]) if client else "unknown"

    async def _identity(self) -> Identity:
        """Tokens that are new here are verified, unless many from this address have been refused."""
        authorization = self._headers.get(b"authorization")
        tokens = self._gateway.tokens
        if authorization is not None and (identity := tokens.remembered(authorization)):
            return identity
        if wait := self._gateway.failures.wait(self._address):
            raise RateExceeded(f"Too many refused tokens; wait {wait} s.", retry_after_seconds=wait)
        try:
            return await tokens.verify(authorization)
        except TokenInvalid:
            self._gateway.failures.count(self._address)
            raise

    def _inward(self, route: Route, identity: Identity | None) -> Scope:
        """The request as the service sees it: its own path, and only the gateway's word for who asks."""
        headers = believed(self._scope["headers"])
        headers += [
            (b"x-request-id", self.request_id.encode()),
            (b"x-forwarded-for", self._address.encode()),
            (b"x-forwarded-proto", self._scope["scheme"].encode()),
            (b"x-forwarded-host", self._headers.get(b"host", b"")),
        ]
        if identity:
            headers.append((b"authorization", identity.header))
        elif route.takes_credentials and b"authorization" in self._headers:
            headers.append((b"authorization", self._headers[b"authorization"]))
        cut = len(route.prefix)
        return {
            **self._scope,
            "path": self._scope["path"][cut:],
            "raw_path": self._scope["raw_path"][cut:],
            "headers": headers,
            "state": {"request_id": self.request_id, "address": self._address},
            "begun": self._begun,
        }

    async def _body(self, route: Route) -> Receive:
        """Streamed where the contract says so; otherwise read whole, so that a slow caller holds up nobody else."""
        declared = self._headers.get(b"content-length", b"0")
        if len(declared) > 18 or int(declared) > route.max_body_bytes:
            raise self._too_large(route)
        self._body_left = route.max_body_bytes
        if route.streams:
            return self._receive_some
        if declared == b"0" and b"transfer-encoding" not in self._headers:
            return self._receive
        return Whole(await self._all(), self._receive)

    async def _all(self) -> bytes:
        parts, has_more = [], True
        while has_more:
            message = await self._receive_some()
            if message["type"] != "http.request":
                raise CallerGone
            parts.append(message.get("body", b""))
            has_more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _receive_some(self) -> Message:
        self._waits_for_caller = True
        message = await self._receive()
        self._waits_for_caller = False
        self._body_left -= len(message.get("body", b""))
        if self._body_left < 0 and self.route:
            raise self._too_large(self.route)
        return message

    def _too_large(self, route: Route) -> BodyTooLarge:
        limit = route.max_body_bytes
        return BodyTooLarge(f"This operation takes at most {limit} bytes.", max_bytes=limit)

    async def send(self, message: Message) -> None:
        """The service's answer on its way out, with what the gateway has to say added to its header."""
        if message["type"] == "http.response.start":
            if self._body_left < 0 and self.route:
                raise self._too_large(self.route)  # what a service answers to a body that was cut off here is not it
            self.status = message["status"]
            kept = [field for field in message["headers"] if field[0] != b"x-request-id"]
            message = {**message, "headers": kept + self._fields}
        elif not message.get("more_body", False):
            self.is_complete = True
        self._waits_for_caller = True  # who may read slowly
        await self._send(message)
        self._waits_for_caller = False

    async def _empty(self, status: int, fields: list[tuple[bytes, bytes]]) -> None:
        self._fields = [*self._fields[:2], *fields, (b"content-length", b"0")]
        await self.send({"type": "http.response.start", "status": status, "headers": []})
        await self.send({"type": "http.response.body", "body": b""})

    async def _refuse(self, error: Exception) -> None:
        if self.is_complete:
            return  # a service that fails after its answer has logged it
        problem = as_problem(error)
        if self.status:
            log.warning("an answer broke off: %s", problem.detail, extra={"request_id": self.request_id})
            return  # the server closes the connection, which tells the caller that it is incomplete
        self._body_left = 0
        await self._problem(problem)

    async def _problem(self, problem: Problem) -> None:
        request = Request({**self._scope, "state": {"request_id": self.request_id}})
        answer = problem_answer(request, problem)
        if "allow" in problem.context:
            answer.headers["Allow"] = ", ".join(problem.context["allow"])
        await answer(self._scope, self._receive, self.send)

    def _observe(self) -> None:
        service, operation = (self.route.service, self.route.operation) if self.route else ("none", "none")
        self._gateway.observation.answered(
            service,
            operation,
            self.status,
            perf_counter() - self._started,
            self._scope["method"],
            self._scope["path"],
            self.request_id,
            self._address,
        )


class Whole:
    """A body that has been read already, as the service receives it: in one piece."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
