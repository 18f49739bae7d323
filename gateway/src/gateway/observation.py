"""What the gateway tells about itself while it runs: figures by operation, and one log entry for each request."""

import asyncio
import logging
import sys
from collections import Counter as Counted
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from time import time

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from chassis.metrics import DURATIONS
from chassis.telemetry import without_secrets
from gateway.breaker import CircuitBreaker

FLUSH_SECONDS, FLUSH_REQUESTS = 0.1, 500


class Entry(msgspec.Struct):
    """Of the access log: a line of JSON as all entries are, and without the query, which may be nobody's business."""

    method: str
    path: str
    service: str
    operation: str
    status: int
    milliseconds: float
    request_id: str
    address: str
    timestamp: datetime
    event: str = "request"
    level: str = "info"
    logger: str = "gateway.access"


class Observation:
    """Counts by operation id, never by path, so that the number of series stays bounded.

    Requests are told some at a time: what the last moment has not written is lost with a process that is killed.
    """

    def __init__(self, breakers: Mapping[str, CircuitBreaker]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "steward_gateway_requests", "Requests answered", ["service", "operation", "status"], registry=self._registry
        )
        self._duration = Histogram(
            "steward_gateway_request_duration_seconds",
            "From the request's head to the last byte of the answer",
            ["service"],
            buckets=DURATIONS,
            registry=self._registry,
        )
        suspended = Gauge(
            "steward_gateway_suspended", "1 while a service is left alone", ["service"], registry=self._registry
        )
        for service, breaker in breakers.items():
            suspended.labels(service).set_function(_state(breaker))
        self._timer = lru_cache(maxsize=None)(self._duration.labels)
        self._logger = logging.getLogger("gateway.access")
        self._encode = msgspec.json.Encoder().encode_lines
        self._untold: list[tuple[float, float, str, str, int, str, str, str, str]] = []

    def answered(
        self,
        service: str,
        operation: str,
        status: int,
        seconds: float,
        method: str,
        path: str,
        request_id: str,
        address: str,
    ) -> None:
        untold = self._untold
        untold.append((time(), seconds, service, operation, status, method, path, request_id, address))
        if len(untold) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.tell)
        elif len(untold) >= FLUSH_REQUESTS:
            self.tell()

    def tell(self) -> None:
        """Counts and logs what has been answered since."""
        told, self._untold = self._untold, []
        for (service, operation, status), times in Counted(of[2:5] for of in told).items():
            self._requests.labels(service, operation, str(status)).inc(times)
        for _, seconds, service, *_ in told:
            self._timer(service).observe(seconds)
        if told and self._logger.isEnabledFor(logging.INFO):
            sys.stderr.write(self._encode([_entry(*of) for of in told]).decode())
            sys.stderr.flush()

    def figures(self) -> bytes:
        """In the text format of Prometheus."""
        self.tell()
        return generate_latest(self._registry)


def _entry(
    at: float,
    seconds: float,
    service: str,
    operation: str,
    status: int,
    method: str,
    path: str,
    request_id: str,
    address: str,
) -> Entry:
    if " " in path or "@" in path:
        path = str(without_secrets(None, "", {"path": path})["path"])
    instant, milliseconds = datetime.fromtimestamp(at, UTC), round(seconds * 1000, 1)
    return Entry(method, path, service, operation, status, milliseconds, request_id, address, instant)


def _state(breaker: CircuitBreaker) -> Callable[[], float]:
    return lambda: float(breaker.is_open)
