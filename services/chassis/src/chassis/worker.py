"""What a service does without being asked: publishes its facts, reacts to those of others, tidies up."""

import asyncio
from typing import NoReturn

from chassis.bus import Bus
from chassis.chores import carry_out
from chassis.clock import Clock, wall_clock
from chassis.database import Database
from chassis.housekeeping import tidy
from chassis.inbox import Inbox
from chassis.manifest import Chore, Manifest
from chassis.outbox import Relay
from chassis.pulse import Pulse

RETRY_SECONDS, TIDY_SECONDS, TIDY_PAUSE_SECONDS = 1.0, 3600.0, 0.5


class Worker:
    """Any number of them may work for one service; what only one may do at a time, they settle among themselves."""

    def __init__(
        self,
        manifest: Manifest,
        database: Database,
        bus: Bus,
        *,
        clock: Clock = wall_clock,
        outbox_retention_days: int = 90,
        patience_seconds: float = 120,
    ) -> None:
        """There is trouble when a part of it has not got on for `patience_seconds`."""
        self._service, self._database, self._bus = manifest.name, database, bus
        self._chores, self._clock = manifest.chores, clock
        self._retention_days = outbox_retention_days
        self._inbox = Inbox(manifest, database, clock=clock)
        self._stopped = asyncio.Event()
        self._relaying, self._consuming, self._retrying = (
            Pulse(f"{self._service} {part}", patience_seconds=patience_seconds)
            for part in ("publishes nothing", "consumes nothing", "retries nothing")
        )

    async def run(self) -> None:
        """Until `stop` is called. Whatever is cut off then is done again by the next worker: nothing is lost."""
        parts = [Relay(self._database, self._bus, self._relaying).run(), self._retrying.keep(self._retry), self._tidy()]
        parts += [self._do(chore) for chore in self._chores]
        if self._inbox.types:
            parts.append(self._consume())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(part) for part in parts]
            await self._stopped.wait()
            for task in running:
                task.cancel()

    def stop(self) -> None:
        self._stopped.set()

    async def trouble(self) -> str | None:
        """What has not got on for too long; None while all goes well."""
        pulses = [self._relaying, self._retrying, *([self._consuming] if self._inbox.types else [])]
        return "; ".join(filter(None, (pulse.trouble() for pulse in pulses))) or None

    async def _consume(self) -> NoReturn:
        await self._bus.consume(self._service, self._inbox.types, self._inbox.receive, self._consuming)

    async def _retry(self) -> None:
        tried = await self._inbox.retry_due()
        self._retrying.beat()
        if not tried:
            await asyncio.sleep(RETRY_SECONDS)

    async def _do(self, chore: Chore) -> NoReturn:
        async def going() -> None:
            more = await carry_out(chore, self._database, self._clock())
            await asyncio.sleep(0 if more else chore.every_seconds)

        await Pulse(f"{self._service} does not {chore.name}").keep(going)

    async def _tidy(self) -> NoReturn:
        async def going() -> None:
            more = await tidy(self._database, outbox_retention_days=self._retention_days)
            await asyncio.sleep(TIDY_PAUSE_SECONDS if more else TIDY_SECONDS)

        await Pulse(f"{self._service} tidies nothing").keep(going)
