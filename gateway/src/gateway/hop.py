"""The short way through the gateway: a whole request to a service, its whole answer back, no task in between.

Nothing is decided here that an exchange would decide otherwise. A request that has to wait or is refused is left to one
as it came; an answer that is late, in pieces or not to be had is carried on by one from where it stands.
"""

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from chassis.problems import Problem
from gateway.connection import Connection
from gateway.crossing import NAMES_NO_FIELD, NOT_RETURNED, Fields, crosses
from gateway.exchange import STAYS, Exchange, request_id_of
from gateway.problems import RateExceeded
from gateway.routing import Route
from gateway.tokens import Identity
from gateway.upstream import HttpUpstream

if TYPE_CHECKING:
    from gateway.app import Gateway

LATE_SECONDS = 0.05


class Front(Protocol):
    """The caller's connection. `peer` is what it says about the caller to services, as header lines."""

    peer: bytes

    def answer(self, cycle: RequestResponseCycle, content: bytes) -> None: ...

    def carry(self, cycle: RequestResponseCycle, app: Any) -> None: ...


class Watch:
    """Looks again and again at the hops under way, so that none of them needs a timer."""

    def __init__(self) -> None:
        self._younger, self._older = dict[Hop, None](), dict[Hop, None]()
        self._is_looking = False

    def add(self, hop: "Hop") -> dict["Hop", None]:
        """Among which it is until it takes itself out."""
        if not self._is_looking:
            self._look_later()
        self._younger[hop] = None
        return self._younger

    def _look(self) -> None:
        late, self._older, self._younger = self._older, self._younger, {}
        self._is_looking = False
        if self._older:
            self._look_later()
        for hop in list(late):
            hop.late()

    def _look_later(self) -> None:
        self._is_looking = True
        asyncio.get_running_loop().call_later(LATE_SECONDS, self._look)


class Hop:
    """`sets_off`, if it can; then the first news of the answer ends it."""

    __slots__ = (
        *("_among", "_cycle", "_front", "_gateway", "_scope", "_service"),
        *("connection", "fields", "identity", "request_id", "route", "started"),
    )
    connection: Connection
    fields: Fields
    identity: Identity
    request_id: str
    route: Route
    _service: HttpUpstream

    def __init__(self, gateway: "Gateway", front: Front, cycle: RequestResponseCycle) -> None:
        self._gateway, self._front, self._cycle = gateway, front, cycle
        self._scope: Scope = cast("Scope", cycle.scope)
        self.started = perf_counter()

    def sets_off(self) -> bool:
        """Whether the request is on its way. If not, nothing has happened."""
        gateway, scope = self._gateway, self._scope
        headers = dict(scope["headers"])
        if len(headers) < len(scope["headers"]) or b"transfer-encoding" in headers:
            return False
        if headers.get(b"connection", b"").lower() not in NAMES_NO_FIELD:
            return False
        try:
            self.route = gateway.table.find(scope["method"], scope["raw_path"])
        except Problem:
            return False
        service, identity = gateway.reachable(self.route), gateway.tokens.remembered(headers.get(b"authorization", b""))
        if service is None or identity is None or len(self._cycle.body) > self.route.max_body_bytes:
            return False
        connection = service.pool.take()
        if connection is None:
            return False
        try:
            spent = gateway.allowance.spend(identity.caller.subject)
        except RateExceeded:
            service.pool.release(connection)
            return False
        self.connection, self.identity, self._service = connection, identity, service
        self.request_id = request_id_of(headers)
        named = (b"x-request-id", self.request_id.encode())
        self.fields = [named, STAYS, *gateway.cors.fields(headers.get(b"origin")), *spent]
        self._send(headers)
        return True

    def _send(self, headers: dict[bytes, bytes]) -> None:
        scope = self._scope
        lines = [b"%b: %b\r\n" % field for field in scope["headers"] if crosses(field[0])]
        lines.append(
            b"x-request-id: %b\r\n%bx-forwarded-host: %b\r\nauthorization: %b\r\n"
            % (self.fields[0][1], self._front.peer, headers.get(b"host", b""), self.identity.header)
        )
        if b"content-length" in headers:
            lines.append(b"content-length: %d\r\n\r\n%b" % (len(self._cycle.body), bytes(self._cycle.body)))
        else:
            lines.append(b"\r\n")
        target, query = scope["raw_path"][len(self.route.prefix) :], scope["query_string"]
        if query:
            target += b"?" + query
        request = self._service.begun(self.connection, scope["method"], target, b"".join(lines))
        self._gateway.volley.add(self.connection.transport, request)
        self._among = self._gateway.watch.add(self)
        self.connection.listener = self._has_news

    def _has_news(self) -> None:
        del self._among[self]
        connection, cycle = self.connection, self._cycle
        if not connection.is_plain or cycle.flow.write_paused:
            self._carry_on()
            return
        body = connection.taken()
        lines = [b"%b: %b\r\n" % field for field in cycle.default_headers]
        lines += [b"%b: %b\r\n" % field for field in connection.headers if field[0] not in NOT_RETURNED]
        lines += [b"%b: %b\r\n" % field for field in self.fields]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        self._front.answer(cycle, b"%b%b\r\n%b" % (STATUS_LINE[connection.status], b"".join(lines), body))
        self._end()

    def _end(self) -> None:
        gateway, route, scope = self._gateway, self.route, self._scope
        gateway.breakers[route.service].answered()
        self._service.pool.release(self.connection)
        client, seconds = scope["client"], perf_counter() - self.started
        gateway.observation.answered(
            *(route.service, route.operation, self.connection.status, seconds),
            *(scope["method"], scope["path"], self.request_id, client[0] if client else "unknown"),
        )

    def late(self) -> None:
        del self._among[self]
        self.connection.listener = None
        self._carry_on()

    def _carry_on(self) -> None:
        cycle: Any = self._cycle
        exchange = Exchange(self._gateway, cycle.scope, cycle.receive, cycle.send).resume(self)
        self._front.carry(cycle, lambda *_: exchange.run())
