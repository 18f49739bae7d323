"""When something was broken, and how long it took until requests were answered again."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

AFTERMATH_SECONDS = 15.0


@dataclass
class Weather:
    """Fair before the first fault, and again once a while has passed since the last one ended. `paths` are what is
    asked for all the time."""

    paths: Collection[str]
    is_foul: bool = False
    ended_at: float = float("-inf")
    struck: list[str] = field(default_factory=list)
    recovery_seconds: dict[str, float] = field(default_factory=dict)
    _unheard: set[str] = field(default_factory=set)
    _recovered: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def foul(self, fault: str) -> Iterator[None]:
        """While the block runs, `fault` is at work."""
        self.is_foul = True
        self.struck.append(fault)
        try:
            yield
        finally:
            self.is_foul, self.ended_at, self._unheard = False, monotonic(), set(self.paths)
            self._recovered.clear()

    def is_fair(self, since: float) -> bool:
        """Whether nothing was broken when that request began, and nothing is now."""
        return not self.is_foul and since > self.ended_at + AFTERMATH_SECONDS

    def succeeded(self, path: str, begun: float) -> None:
        """Tells of a request that was acknowledged."""
        if begun >= self.ended_at:
            self._unheard.discard(path)
            if not self._unheard:
                self._recovered.set()

    async def recovered(self) -> None:
        """Waits, for some time, until each path has been answered again, and notes how long the fault was felt."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AFTERMATH_SECONDS):
                await self._recovered.wait()
        fault, felt = self.struck[-1], monotonic() - self.ended_at
        self.recovery_seconds[fault] = max(felt, self.recovery_seconds.get(fault, 0.0))
