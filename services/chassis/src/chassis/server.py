"""The HTTP server of a process that has more to end than its answers."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

SIGNALS = (signal.SIGTERM, signal.SIGINT)
FAREWELL_SECONDS = 1.0


class Server(uvicorn.Server):
    """Stops on SIGTERM or SIGINT, and returns: the signal is not raised again, so that workers and connections which
    outlive the answers are ended as well. A second SIGINT waits for no answer any more.

    For `farewell_seconds` each answer says that it is the last on its connection: a connection that was closed without
    a word may be one on which the next request is on its way.
    """

    def __init__(self, config: uvicorn.Config, *, farewell_seconds: float = 0) -> None:
        super().__init__(config)
        self._farewell_seconds = farewell_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._farewell_seconds and not self.force_exit:
            self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
            await asyncio.sleep(self._farewell_seconds)
        await super().shutdown(sockets)

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
