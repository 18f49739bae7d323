"""What must never end is kept going: after a failure it pauses, longer each time, and it can say how it is doing."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import NoReturn

log = logging.getLogger("chassis.pulse")

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 30.0


class Pulse:
    """It beats whenever something has got on; without a beat for `patience_seconds` there is trouble."""

    def __init__(self, name: str, *, patience_seconds: float = 120) -> None:
        self.name, self.patience_seconds = name, patience_seconds
        self._failures, self._last_error = 0, "it does not get on"
        self._beat_at = monotonic()

    def beat(self) -> None:
        self._failures, self._beat_at = 0, monotonic()

    def trouble(self) -> str | None:
        silent = monotonic() - self._beat_at
        return None if silent < self.patience_seconds else f"{self.name}, for {silent:.0f} s: {self._last_error}"

    async def keep(self, going: Callable[[], Awaitable[None]]) -> NoReturn:
        """Calls `going` until cancelled; whatever it raises ends in a pause and another try.

        Libraries have been seen to swallow a cancellation, so it asks for itself.
        """
        task = asyncio.current_task()
        while task and not task.cancelling():
            try:
                await going()
            except Exception as error:
                self._last_error = f"{type(error).__name__}: {error}"
                log.warning("%s failed", self.name, exc_info=error)
                await asyncio.sleep(self._pause_seconds())
        raise asyncio.CancelledError

    def _pause_seconds(self) -> float:
        """Doubled with each failure in a row, and never the same for two that failed together."""
        pause = min(FIRST_PAUSE_SECONDS * 2.0 ** min(self._failures, 20), LONGEST_PAUSE_SECONDS)
        self._failures += 1
        return pause * random.uniform(0.75, 1.25)  # noqa: S311 - nothing secret hangs on it
