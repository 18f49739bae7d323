"""Identities that sort by the time of their making: UUID version 7 (RFC 9562, section 5.7)."""

from secrets import randbits
from threading import Lock
from time import time_ns
from uuid import UUID

_RANDOM_BITS = 74
_lock = Lock()
_last = 0


def uuid7() -> UUID:
    """Each is greater than every one made before it in this process, by any thread, even when the clock is set back."""
    global _last  # noqa: PLW0603 -- the last id is the one thing that all callers share
    with _lock:
        # One random bit stays clear, so that rising within a millisecond practically never runs into the next one.
        fresh = time_ns() // 1_000_000 << _RANDOM_BITS | randbits(_RANDOM_BITS - 1)
        _last = max(fresh, _last + 1 + randbits(32))
        return _with_version(_last)


def _with_version(ordered: int) -> UUID:
    """`ordered` is 48 bits of milliseconds and 74 random bits; version and variant go in at bits 76 and 62."""
    milliseconds, high, low = ordered >> _RANDOM_BITS, ordered >> 62 & 0xFFF, ordered & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
