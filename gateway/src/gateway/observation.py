"""What the gateway tells about itself while it runs: figures by operation, and one log entry for each request."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from chassis.metrics import DURATIONS
from gateway.breaker import CircuitBreaker


class Observation:
    """Counts by operation id, never by path, so that the number of series stays bounded."""

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
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._timers: dict[str, Histogram] = {}

    def answered(self, service: str, operation: str, status: int, seconds: float) -> None:
        key = (service, operation, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(service, operation, str(status))
            self._timers[service] = self._duration.labels(service)
        counter.inc()
        self._timers[service].observe(seconds)

    def figures(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self._registry)


def _state(breaker: CircuitBreaker) -> Callable[[], float]:
    return lambda: float(breaker.is_open)
