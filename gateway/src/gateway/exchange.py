"""One request at the door: who asks for what, whether it may pass now, and its answer, whatever happens behind."""

import asyncio
import logging
import re
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from chassis.ids import uuid7
from chassis.problems import BodyTooLarge, Problem
from chassis.web import REQUEST_ID, as_problem, problem_answer
from gateway.problems import RateExceeded, RequestTooSlow, TokenInvalid, UpstreamTooLate
from gateway.request_body import CallerGone
from gateway.routing import Route
from gateway.tokens import Identity

if TYPE_CHECKING:
    from gateway.app import Gateway

access = logging.getLogger("gateway.access")
log = logging.getLogger("gateway.exchange")

# What says who asks or where from, which only the gateway may say; and names that some servers read as another name.
NOT_BELIEVED = re.compile(
    rb"authorization|forwarded|x-request-id|x-real-ip|remote-.*|ssl-.*|.*_.*"
    rb"|x-(?:forwarded|remote|auth|authenticated|user|client|original|rewrite|steward|http-method)(?:-.*)?"
)
FRAMING = {b"content-length", b"transfer-encoding"}
STAYS = b"x-content-type-options", b"nosniff"


class Exchange:
    """Made for each request. `run` always answers, or breaks off visibly if an answer had begun."""

    __slots__ = (
        "_body_left",
        "_fields",
        "_gateway",
        "_headers",
        "_receive",
        "_scope",
        "_send",
        "_waits_for_caller",
        "is_complete",
        "request_id",
        "route",
        "status",
    )

    def __init__(self, gateway: "Gateway", scope: Scope, receive: Receive, send: Send) -> None:
        self._gateway, self._scope, self._receive, self._send = gateway, scope, receive, send
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self._headers.get(b"x-request-id", b"").decode("latin-1")
        self.request_id = given if REQUEST_ID.fullmatch(given) else str(uuid7())
        self._fields = [(b"x-request-id", self.request_id.encode()), STAYS]
        self.route: Route | None = None
        self.status, self.is_complete = 0, False
        self._waits_for_caller, self._body_left = False, 0

    async def run(self) -> None:
        started = perf_counter()
        try:
            await self._answer()
        except CallerGone:
            self.status = self.status or 499
        except Exception as error:  # noqa: BLE001 - the door answers whatever happens behind it
            await self._refuse(error)
        finally:
            self._observe(perf_counter() - started)

    async def _answer(self) -> None:
        origin = self._headers.get(b"origin")
        self._fields += self._gateway.cors.fields(origin)
        if self._scope["method"] == "OPTIONS" and b"access-control-request-method" in self._headers:
            await self._empty(204, self._gateway.cors.preflight_fields(origin))
            return
        self.route = self._gateway.table.find(self._scope["method"], self._scope["raw_path"])
        identity = None if self.route.is_open else await self._identity()
        self._fields += self._gateway.allowance.spend(identity.caller.subject if identity else self._address)
        await self._carry(self.route, identity)

    async def _carry(self, route: Route, identity: Identity | None) -> None:
        seconds = self._gateway.seconds_for(route)
        inward = self._inward(route, identity)
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                receive = await self._body(route)
                await self._gateway.upstreams[route.service](inward, receive, self.send)
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
        headers = [field for field in _unnamed(self._scope["headers"]) if not NOT_BELIEVED.fullmatch(field[0])]
        headers += [
            (b"x-request-id", self.request_id.encode()),
            (b"x-forwarded-for", self._address.encode()),
            (b"x-forwarded-proto", self._scope["scheme"].encode()),
            (b"x-forwarded-host", self._headers.get(b"host", b"")),
        ]
        if identity:
            headers.append((b"authorization", self._gateway.tokens.vouch(identity)))
        elif route.takes_credentials and b"authorization" in self._headers:
            headers.append((b"authorization", self._headers[b"authorization"]))
        cut = len(route.prefix)
        return {
            **self._scope,
            "path": self._scope["path"][cut:],
            "raw_path": self._scope["raw_path"][cut:],
            "headers": headers,
            "state": {"request_id": self.request_id, "address": self._address},
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

    def _observe(self, seconds: float) -> None:
        service, operation = (self.route.service, self.route.operation) if self.route else ("none", "none")
        self._gateway.observation.answered(service, operation, self.status, seconds)
        if access.isEnabledFor(logging.INFO):
            access.info("request", extra=self._entry(service, operation, seconds))

    def _entry(self, service: str, operation: str, seconds: float) -> dict[str, object]:
        return {
            "method": self._scope["method"],
            "path": self._scope["path"],
            "service": service,
            "operation": operation,
            "status": self.status,
            "milliseconds": round(seconds * 1000, 1),
            "request_id": self.request_id,
            "address": self._address,
        }


def _unnamed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without Connection and the fields that it names: further on it would name those that the gateway adds, too."""
    values = [value for name, value in headers if name == b"connection"]
    if not values:
        return headers
    named = {token.strip().lower() for value in values for token in value.split(b",")} - FRAMING
    return [field for field in headers if field[0] != b"connection" and field[0] not in named]


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
