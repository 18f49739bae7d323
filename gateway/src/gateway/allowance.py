"""How much a caller may ask for in a while, and what it is told about it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from limits import parse

from gateway.problems import RateExceeded

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Window:
    """From a caller's first request until `ends_at`; then the next one opens another."""

    ends_at: float
    spent: int = 0


class Allowance:
    """`limit` is such as "100 per second", counted in this process: each replica of the gateway allows as much."""

    def __init__(self, limit: str, *, monotonic: Callable[[], float] = monotonic) -> None:
        self._limit, self._monotonic = parse(limit), monotonic
        self._amount, self._seconds = self._limit.amount, self._limit.get_expiry()
        self._policy = (b"ratelimit-policy", b'"default";q=%d;w=%d' % (self._amount, self._seconds))
        self._windows: dict[str, Window] = {}  # all as long, so the one that opened first ends first

    def spend(self, caller: str) -> Headers:
        """Counts one request and gives the RateLimit header fields; raises RateExceeded with the seconds to wait."""
        now = self._monotonic()
        window = self._window(caller, now)
        seconds = math.ceil(window.ends_at - now)
        if window.spent >= self._amount:
            raise RateExceeded(f"At most {self._limit}; wait {seconds} s.", retry_after_seconds=seconds)
        window.spent += 1
        return [self._policy, (b"ratelimit", b'"default";r=%d;t=%d' % (self._amount - window.spent, seconds))]

    def count(self, caller: str) -> None:
        self._window(caller, self._monotonic()).spent += 1

    def wait(self, caller: str) -> int:
        """Seconds until this caller may try again; 0 for now."""
        now = self._monotonic()
        window = self._windows.get(caller)
        if window is None or window.ends_at <= now or window.spent < self._amount:
            return 0
        return math.ceil(window.ends_at - now)

    def _window(self, caller: str, now: float) -> Window:
        window = self._windows.get(caller)
        if window is None or window.ends_at <= now:
            self._forget_ended(now)
            window = self._windows[caller] = Window(now + self._seconds)
        return window

    def _forget_ended(self, now: float) -> None:
        while self._windows:
            caller = next(iter(self._windows))
            if self._windows[caller].ends_at > now:
                return
            del self._windows[caller]
