"""One process of the platform that a test may kill, freeze, and start again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from standalone import child

ROOT = Path(__file__).parents[2]
READY_SECONDS, STOP_SECONDS, LOOK_SECONDS = 60, 20, 0.1


@dataclass
class Part:
    """`module` is run with `arguments`; it listens on `port` and answers there once it is ready."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    port: int = field(default_factory=child.free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        inherited = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT)}
        self._process = child.spawn(
            [sys.executable, "-m", self.module, *self.arguments],
            log=self.log,
            environment={**inherited, **self.environment, "PORT": str(self.port)},
        )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} was never started"
        return self._process

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def ready(self) -> None:
        """Raises with its last words if it ends, or is not ready within a minute."""
        async with httpx.AsyncClient(base_url=f"http://{child.LOOPBACK}:{self.port}", timeout=2) as http:
            for _ in range(int(READY_SECONDS / LOOK_SECONDS)):
                if not self.runs:
                    break
                with suppress(httpx.TransportError):
                    if (await http.get("/readyz")).is_success:
                        return
                await asyncio.sleep(LOOK_SECONDS)
        raise RuntimeError(f"{self.name} is not ready; its log ends with:\n{child.tail(self.log, 5)}")

    async def kill(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.wait, STOP_SECONDS)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def ended(self) -> int:
        """Asks it to stop; its exit code. Raises TimeoutExpired if it does not within 20 seconds."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, STOP_SECONDS)

    def again(self) -> "Part":
        """Another of the same kind, on a port of its own."""
        return Part(self.name, self.module, self.arguments, self.environment, self.log)

    def end(self) -> None:
        if self.runs:
            self.thaw()
            child.stop(self.process, signal.SIGKILL)
