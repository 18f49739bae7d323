"""How much a caller may ask for in a while, and what it is told about it."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from gateway.problems import RateExceeded

Headers = list[tuple[bytes, bytes]]


class Allowance:
    """`limit` is such as "100 per second", counted in this process: each replica of the gateway allows as much."""

    def __init__(self, limit: str) -> None:
        self._item: RateLimitItem = parse(limit)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._policy = (b"ratelimit-policy", b'"default";q=%d;w=%d' % (self._item.amount, self._item.get_expiry()))

    def spend(self, caller: str) -> Headers:
        """Counts one request and gives the RateLimit header fields; raises RateExceeded with the seconds to wait."""
        is_allowed = self._limiter.hit(self._item, caller)
        reset_at, remaining = self._limiter.get_window_stats(self._item, caller)
        seconds = _seconds_until(reset_at)
        if not is_allowed:
            raise RateExceeded(f"At most {self._item}; wait {seconds} s.", retry_after_seconds=seconds)
        return [self._policy, (b"ratelimit", b'"default";r=%d;t=%d' % (remaining, seconds))]

    def count(self, caller: str) -> None:
        self._limiter.hit(self._item, caller)

    def wait(self, caller: str) -> int:
        """Seconds until this caller may try again; 0 for now."""
        if self._limiter.test(self._item, caller):
            return 0
        return _seconds_until(self._limiter.get_window_stats(self._item, caller)[0])


def _seconds_until(instant: float) -> int:
    return max(1, math.ceil(instant - time.time()))
