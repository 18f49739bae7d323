"""A stream of bytes, gzip or plain, as the records of a CSV file, in bounded memory."""

import codecs
import csv
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from chassis.problems import Malformed, TooLarge

GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 1 << 18
MAX_FILE_BYTES = 4 << 30
MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 200, 16 << 20
MAX_RECORD_CHARS = 1_000_000
MAX_FIELDS = 1_000

Record = tuple[int, list[str]]
"""The line that it starts on, counted from 1, and its fields."""


class FileUnreadable(Malformed, code="import.unreadable"):
    """The file is not a CSV file as the mapping describes it."""


class FileTooLarge(TooLarge, code="import.too-large"):
    """The file is larger than an import takes once it is unpacked."""


async def unpacked(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes themselves, or what a gzip file (told by its first two bytes) holds; raises FileUnreadable, FileTooLarge."""
    start = b""
    inflate: _Inflate | None = None
    async for chunk in body:
        if len(start) < len(GZIP_MAGIC):
            start = chunk = start + chunk
            if len(start) < len(GZIP_MAGIC):
                continue
            inflate = _Inflate() if start.startswith(GZIP_MAGIC) else None
        for piece in inflate.pieces(chunk) if inflate else [chunk]:
            yield piece
    if inflate:
        inflate.finish()
    elif len(start) < len(GZIP_MAGIC):
        yield start


@dataclass
class _Inflate:
    """Unpacks the members of a gzip file one piece at a time, so that a small file cannot fill the memory."""

    taken: int = 0
    given: int = 0
    member: "zlib._Decompress | None" = None

    def pieces(self, chunk: bytes) -> "list[bytes] | _Pieces":
        self.taken += len(chunk)
        return _Pieces(self, chunk)

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        """A piece, and what is left of `packed`."""
        self.member = self.member or zlib.decompressobj(wbits=31)
        try:
            piece = self.member.decompress(packed, PIECE_BYTES)
        except zlib.error as error:
            raise FileUnreadable("The gzip file is damaged.") from error
        rest = self.member.unconsumed_tail
        if self.member.eof:
            rest, self.member = self.member.unused_data, None
        self._weigh(piece)
        return piece, rest

    def _weigh(self, piece: bytes) -> None:
        self.given += len(piece)
        swollen = self.given > RATIO_COUNTS_FROM_BYTES and self.given > MAX_RATIO * self.taken
        if swollen or self.given > MAX_FILE_BYTES:
            raise FileTooLarge(f"The gzip file unpacks to more than {self.given - len(piece)} bytes; send it in parts.")

    def finish(self) -> None:
        if self.member is not None:
            raise FileUnreadable("The gzip file is cut off before its end.")


