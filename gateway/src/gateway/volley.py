"""What is written in one turn of the event loop, written together at its end."""

import asyncio


class Volley:
    """A receiver that is woken by the first piece finds the others; written one by one, each would wake it anew, and
    waking costs more than writing."""

    def __init__(self) -> None:
        self._pieces: list[tuple[asyncio.Transport, bytes]] = []

    def add(self, transport: asyncio.Transport, piece: bytes) -> None:
        if not self._pieces:
            asyncio.get_running_loop().call_soon(self._fire)
        self._pieces.append((transport, piece))

    def _fire(self) -> None:
        pieces, self._pieces = self._pieces, []
        for transport, piece in pieces:
            transport.write(piece)
