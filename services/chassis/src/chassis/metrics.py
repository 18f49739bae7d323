"""Figures about a running service for Prometheus: requests, outbox, inbox, parked events, connection pool."""

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from sqlalchemy import func, select
from sqlalchemy.pool import QueuePool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.database import Database
from chassis.schema import deferred_events, inbox, outbox

log = logging.getLogger("chassis.access")

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


GAUGES = {
    "steward_outbox_depth": "Facts that wait to be published",
    "steward_outbox_age_seconds": "Age of the oldest fact that waits to be published",
    "steward_events_parked": "Events that a person has to look at",
    "steward_events_deferred": "Events whose reaction is tried again",
    "steward_inbox_last_event_seconds": "Time since the last event was reacted to; 0 before the first",
    "steward_database_connections_in_use": "Connections that requests hold",
    "steward_database_connections_idle": "Connections that wait in the pool",
    "steward_database_connections_limit": "Connections that there may be",
}


class Metrics:
    """One registry per application, so that several services can live in one process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "steward_requests", "Requests answered", ["service", "operation", "status"], registry=self.registry
        )
        self.duration = Histogram(
            "steward_request_duration_seconds",
            "From the request line to the last byte of the answer",
            ["service", "operation"],
            buckets=DURATIONS,
            registry=self.registry,
        )
        self.service = service
        self.gauges = {
            name: Gauge(name, about, ["service"], registry=self.registry).labels(service)
            for name, about in GAUGES.items()
        }

    def answered(self, operation: str, status: int, seconds: float) -> None:
        self.requests.labels(self.service, operation, str(status)).inc()
        self.duration.labels(self.service, operation).observe(seconds)


class ObserveRequests:
    """Counts by operation id, never by path, so that the number of series stays bounded; and writes the access log."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status = perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            operation = getattr(scope.get("route"), "operation_id", None) or "none"
            seconds = perf_counter() - started
            self.metrics.answered(operation, status, seconds)
            log.info("request", extra=_access(scope, operation, status, seconds))


def _access(scope: Scope, operation: str, status: int, seconds: float) -> dict[str, object]:
    return {
        "method": scope["method"],
        "path": scope["path"],
        "operation": operation,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "request_id": scope.get("state", {}).get("request_id"),
    }


async def _read_queues(metrics: Metrics, database: Database) -> None:
    waiting = select(func.count(), func.coalesce(func.extract("epoch", func.now() - func.min(outbox.c.recorded_at)), 0))
    parked = select(
        func.count().filter(deferred_events.c.parked_at.is_not(None)),
        func.count().filter(deferred_events.c.parked_at.is_(None)),
    )
    lag = select(func.coalesce(func.extract("epoch", func.now() - func.max(inbox.c.received_at)), 0))
    async with database.transaction() as session:
        depth, age = (await session.execute(waiting.where(outbox.c.published_at.is_(None)))).one()
        stuck, deferred = (await session.execute(parked)).one()
        last = (await session.execute(lag)).scalar_one()
    gauges = metrics.gauges
    gauges["steward_outbox_depth"].set(depth)
    gauges["steward_outbox_age_seconds"].set(float(age))
    gauges["steward_events_parked"].set(stuck)
    gauges["steward_events_deferred"].set(deferred)
    gauges["steward_inbox_last_event_seconds"].set(float(last))


def _read_pool(metrics: Metrics, database: Database) -> None:
    pool = database.engine.pool
    if isinstance(pool, QueuePool):
        metrics.gauges["steward_database_connections_in_use"].set(pool.checkedout())
        metrics.gauges["steward_database_connections_idle"].set(pool.checkedin())
        metrics.gauges["steward_database_connections_limit"].set(database.connections_limit)


def metrics_answer(metrics: Metrics, database: Database) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        await _read_queues(metrics, database)
        _read_pool(metrics, database)
        return Response(generate_latest(metrics.registry), media_type=MEDIA)

    return answer
