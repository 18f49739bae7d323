"""Leaves a service alone that has failed again and again, so that callers get an answer at once and it can recover."""

import time
from collections.abc import Callable
from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.problems import BadAnswer, TooLate
from gateway.problems import UpstreamSuspended, UpstreamUnreachable

FAILURES, PAUSE_SECONDS = 5, 1.0


class CircuitBreaker:
    """An application around another one. After `failures` in a row it refuses everything for `pause_seconds`; then one
    request is let through as a trial, and its outcome decides.

    A failure is a service that cannot be reached, breaks off or does not answer in time. An answer of any status is
    none: one faulty operation must not close the others.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        failures: int = FAILURES,
        pause_seconds: float = PAUSE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._limit, self._pause, self._monotonic = app, failures, pause_seconds, monotonic
        self._failures, self._open_until, self._is_trying = 0, 0.0, False

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        carry = self._try if self.is_open else self.carry
        await carry(scope, receive, send)

    async def _try(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = self._open_until - self._monotonic()
        if wait > 0 or self._is_trying:
            raise UpstreamSuspended(retry_after_seconds=max(1, ceil(wait)))
        self._is_trying = True
        try:
            await self.carry(scope, receive, send)
        finally:
            self._is_trying = False

    async def carry(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whatever has happened before; its outcome counts."""
        try:
            await self._app(scope, receive, send)
        except (UpstreamUnreachable, BadAnswer, TooLate):
            self.failed()
            raise
        self.answered()

    def answered(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self.is_open:
            self._open_until = self._monotonic() + self._pause
