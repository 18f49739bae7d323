"""A stream of bytes, plain or gzip, as the records of a CSV file, in bounded memory."""

import codecs
import csv
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from chassis.problems import FileTooLarge, FileUnreadable

GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 1 << 17
MAX_FILE_BYTES = 4 << 30
MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 200, 16 << 20
MAX_MEMBERS, MEMBER_BYTES = 1_000, 4_096
MAX_RECORD_CHARS = 1_000_000

# The line that a record starts on, counted from 1, and its fields.
Record = tuple[int, list[str]]


async def unpacked(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes as they come, or what a gzip file (told by its first two bytes) holds, in pieces."""
    start, inflate = b"", Inflate()
    async for chunk in body:
        given = chunk if len(start) >= len(GZIP_MAGIC) else start + chunk
        start = start if len(start) >= len(GZIP_MAGIC) else given
        if len(start) >= len(GZIP_MAGIC):
            for piece in inflate.pieces(given) if start.startswith(GZIP_MAGIC) else _sliced(given):
                yield piece
    if len(start) < len(GZIP_MAGIC):
        yield start
    inflate.finish()


def _sliced(chunk: bytes) -> Iterator[bytes]:
    return (chunk[at : at + PIECE_BYTES] for at in range(0, len(chunk), PIECE_BYTES))


class Inflate:
    """Unpacks gzip piece by piece, and stops at a small file that unpacks to an enormous one."""

    def __init__(self) -> None:
        self.packed_bytes = self.unpacked_bytes = self.members = 0
        self._member: zlib._Decompress | None = None

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        self.packed_bytes += len(packed)
        while packed:
            piece, packed = self._piece(packed)
            self._weigh(piece)
            yield piece

    def _piece(self, packed: bytes) -> tuple[bytes, bytes]:
        self._member = member = self._member or zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(packed, PIECE_BYTES)
        except zlib.error as error:
            raise FileUnreadable("The gzip file is damaged.") from error
        if not member.eof:
            return piece, member.unconsumed_tail
        self._member = None
        self._count()
        return piece, member.unused_data

    def _count(self) -> None:
        """Each member costs time however little it holds: many of them must hold something on average."""
        self.members += 1
        if self.members > MAX_MEMBERS + self.packed_bytes // MEMBER_BYTES:
            raise FileUnreadable(f"The gzip file is made of {self.members} small ones; pack it as one.")

    def _weigh(self, piece: bytes) -> None:
        self.unpacked_bytes += len(piece)
        swollen = max(MAX_RATIO * self.packed_bytes, RATIO_COUNTS_FROM_BYTES)
        if self.unpacked_bytes > min(swollen, MAX_FILE_BYTES):
            raise FileTooLarge(
                f"The gzip file unpacks to far more than its {self.packed_bytes} bytes; send it in parts."
            )

    def finish(self) -> None:
        if self._member is not None:
            raise FileUnreadable("The gzip file is cut off before its end.")


async def decoded(pieces: AsyncIterator[bytes], encoding: str) -> AsyncIterator[str]:
    """A byte order mark at the start of UTF-8 or UTF-16 is no text."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    lines = 1
    try:
        async for piece in pieces:
            text = decoder.decode(piece)
            lines += text.count("\n")
            yield text
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise FileUnreadable(f"The text after line {lines - 1} is not {encoding}.", line=lines) from error


async def records(texts: AsyncIterator[str], *, delimiter: str, quote: str) -> AsyncIterator[list[Record]]:
    """Groups of records as RFC 4180 defines them; empty lines are none. Raises FileUnreadable with the line."""
    reader, rest = Reader(delimiter, quote), ""
    async for text in texts:
        *lines, rest = (rest + text).split("\n")
        if len(rest) > MAX_RECORD_CHARS:
            raise FileUnreadable(f"Line {reader.next_line + len(lines)} is too long.")
        yield reader.read([line + "\n" for line in lines])
    yield reader.read([rest] if rest else [], final=True)


class Reader:
    """Reads whole records out of the lines there are, and keeps the lines of one that is not yet complete."""

    def __init__(self, delimiter: str, quote: str) -> None:
        self._format: dict[str, Any] = {"delimiter": delimiter, "quotechar": quote, "strict": True}
        self._pending: list[str] = []
        self.next_line = 1

    def read(self, lines: list[str], *, final: bool = False) -> list[Record]:
        lines = [*self._pending, *lines]
        reader = csv.reader(lines, **self._format)
        found: list[Record] = []
        taken = 0
        try:
            for fields in reader:
                if fields:
                    found.append((self.next_line + taken, fields))
                taken = reader.line_num
        except csv.Error as error:
            # An error in the last line that there is may only mean that the record goes on.
            if final or reader.line_num < len(lines):
                raise self._unreadable(taken, str(error)) from error
        self._keep(lines, taken)
        return found

    def _keep(self, lines: list[str], taken: int) -> None:
        self.next_line += taken
        self._pending = lines[taken:]
        if sum(map(len, self._pending)) > MAX_RECORD_CHARS:
            raise self._unreadable(0, "it is too long, or a quote is not closed")

    def _unreadable(self, taken: int, reason: str) -> FileUnreadable:
        line = self.next_line + taken
        return FileUnreadable(f"The record that starts on line {line} cannot be read: {reason}.", line=line)
