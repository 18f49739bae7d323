"""The connections to one service: opened when needed, kept for the next request, never more than allowed."""

import asyncio
import ssl
from collections import deque
from time import monotonic

from gateway.connection import Connection
from gateway.problems import UpstreamBusy, UpstreamUnreachable

KEPT_SECONDS = 50  # shorter than a service keeps an idle connection, so that none is used while it is being closed


class Pool:
    """`acquire`, then `release`. The connection used last is used next; one that ends takes itself out.

    Raises UpstreamUnreachable if none can be opened within `connect_seconds`, and UpstreamBusy if none becomes free
    within `wait_seconds`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        *,
        connections: int,
        connect_seconds: float,
        wait_seconds: float,
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._limit, self._connect_seconds, self._wait_seconds = connections, connect_seconds, wait_seconds
        self._idle: dict[Connection, None] = {}  # in the order of their last use
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self.open = 0

    @property
    def idle(self) -> int:
        return len(self._idle)

    async def acquire(self) -> Connection:
        if connection := self.take():
            return connection
        if self.open < self._limit:
            return await self._connect()
        return await self._freed() or await self._connect()

    def take(self) -> Connection | None:
        """One that is free now."""
        while self._idle:
            connection, _ = self._idle.popitem()
            if connection.is_reusable and monotonic() - connection.idle_since < KEPT_SECONDS:
                return connection
            connection.close()
        return None

    def release(self, connection: Connection) -> None:
        """Back for the next request, or closed if its state does not allow one."""
        if not connection.is_reusable:
            connection.close()
            return
        now = monotonic()
        connection.release(now)
        if not self._hand_over(connection):
            self._idle[connection] = None
            oldest = next(iter(self._idle))
            if now - oldest.idle_since >= KEPT_SECONDS:
                del self._idle[oldest]
                oldest.close()

    def close_idle(self) -> None:
        for connection in list(self._idle):
            connection.close()
        self._idle.clear()

    async def _connect(self) -> Connection:
        self.open += 1
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    lambda: Connection(self._lost), self._host, self._port, ssl=self._tls
                )
        except BaseException as error:
            self._gone()
            if isinstance(error, OSError | TimeoutError):
                raise UpstreamUnreachable(retry_after_seconds=1) from error
            raise
        return connection

    async def _freed(self) -> Connection | None:
        """A connection that another request has done with; None when there is room for a new one."""
        place: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self._wait_seconds):
                return await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self._pass_on(place.result())
            if isinstance(error, TimeoutError):
                raise UpstreamBusy(retry_after_seconds=1) from error
            raise

    def _pass_on(self, connection: Connection | None) -> None:
        """What was given to one who no longer waits."""
        if connection is None:
            self._hand_over(None)
        else:
            self.release(connection)

    def _hand_over(self, connection: Connection | None) -> bool:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(connection)
                return True
        return False

    def _lost(self, connection: Connection) -> None:
        self._idle.pop(connection, None)
        self._gone()

    def _gone(self) -> None:
        self.open -= 1
        self._hand_over(None)
