"""The HTTP server of a process that has more to end than its answers."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Server(uvicorn.Server):
    """Stops on SIGTERM or SIGINT, and returns: the signal is not raised again, so that workers and connections which
    outlive the answers are ended as well. A second SIGINT waits for no answer any more."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)
