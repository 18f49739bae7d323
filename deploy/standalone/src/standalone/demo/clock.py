"""A clock that goes as clocks do and can be put forward, so that a notice runs out while one watches."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class MovableClock:
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, *, days: int) -> None:
        self.ahead += timedelta(days=days)
