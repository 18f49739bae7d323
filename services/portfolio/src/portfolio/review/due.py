"""When a service is due for its next review."""

from calendar import monthrange
from datetime import date


def due_on(*, launched_on: date, decided_on: date | None) -> date:
    """Twelve months after its launch or the last decision about it, whichever is later; of 29 February, on the 28th."""
    since = max(launched_on, decided_on or launched_on)
    return since.replace(year=since.year + 1, day=min(since.day, monthrange(since.year + 1, since.month)[1]))
