"""What a service tells about itself while it runs: logs without secrets, traces, one correlation id through both."""

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from chassis.cause import given_cause

SECRET_NAMES = re.compile(r"authorization|password|secret|token|cookie|api[-_]?key|private[-_]?key", re.IGNORECASE)
SECRET_TEXT = re.compile(r"(?P<scheme>[a-z+]+://[^:/\s@]*):[^@\s]+@|(?P<bearer>[Bb]earer )[A-Za-z0-9._~+/=-]+")
HIDDEN = "[hidden]"

tracer = trace.get_tracer("steward")


def without_secrets(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hides values whose name says that they are secret, and passwords and tokens inside text."""
    for name, value in entry.items():
        if SECRET_NAMES.search(name):
            entry[name] = HIDDEN
        elif isinstance(value, str):
            entry[name] = SECRET_TEXT.sub(_hide, value)
    return entry


def _hide(match: re.Match[str]) -> str:
    return f"{match['scheme']}:{HIDDEN}@" if match["scheme"] else f"{match['bearer']}{HIDDEN}"


def _with_cause(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    cause = given_cause()
    if cause:
        entry.update(actor=cause.actor, correlation_id=cause.correlation_id)
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        entry["trace_id"] = trace.format_trace_id(span.trace_id)
    return entry


def configure_logging(level: str = "INFO") -> None:
    """One line of JSON per entry on standard error, also for the libraries that use `logging`."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_cause,
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared[:2], *shared[3:], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("uvicorn.access").disabled = True  # the door writes one entry per request itself
    logging.getLogger("alembic").setLevel("WARNING")  # it tells of every look at the schema, readiness included


def configure_tracing(service: str, endpoint: str | None) -> None:
    """Sends spans to an OTLP collector; without one, spans are made but go nowhere."""
    provider = TracerProvider(resource=Resource.create({"service.name": f"steward-{service}"}))
    if endpoint:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


def current_traceparent() -> str | None:
    """The W3C trace context of the span being recorded, to travel inside an event."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def reacting_to(name: str, traceparent: str | None) -> Iterator[None]:
    """A span for a reaction, continuing the trace in which the event was recorded."""
    context = propagate.extract({"traceparent": traceparent} if traceparent else {})
    with tracer.start_as_current_span(f"react {name}", context=context, kind=trace.SpanKind.CONSUMER):
        yield
