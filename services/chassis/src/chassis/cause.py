"""Why something happens: who asked, in which conversation, after which event. Follows a request into every fact."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from chassis.ids import uuid7


@dataclass(frozen=True)
class Cause:
    """`correlation_id` is shared by all that follows from one request; `causation_id` is the event just reacted to.
    `traceparent` is stated where the trace is not the one that is being recorded."""

    actor: str = "system"
    correlation_id: str = field(default_factory=lambda: str(uuid7()))
    causation_id: str | None = None
    traceparent: str | None = None


_current: ContextVar[Cause | None] = ContextVar("cause", default=None)


def given_cause() -> Cause | None:
    """The cause that was stated, if one was."""
    return _current.get()


def current_cause() -> Cause:
    return given_cause() or Cause()


@contextmanager
def because_of(cause: Cause) -> Iterator[Cause]:
    """Facts recorded inside carry this cause."""
    token = _current.set(cause)
    try:
        yield cause
    finally:
        _current.reset(token)
