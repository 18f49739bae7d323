"""Packed files: known by their first bytes, refused when they are damaged or would fill the memory."""

import gzip
import zlib

import pytest

from chassis import records
from chassis.problems import FileTooLarge, FileUnreadable
from chassis.table_rows import Accepted
from tests.chassis.files import read


@pytest.mark.parametrize("size", [1, 2, 3, 50, 10_000])
async def test_gzip_is_known_by_its_first_bytes(size: int) -> None:
    packed = gzip.compress(b"code\nA\n") + gzip.compress(b"B\n")
    assert [row.values for row in await read(packed, size=size) if isinstance(row, Accepted)] == [
        {"code": "A"},
        {"code": "B"},
    ]


async def test_a_truncated_or_damaged_gzip_is_refused() -> None:
    packed = gzip.compress(b"code\n" + b"A\n" * 1_000)
    with pytest.raises(FileUnreadable, match="cut off"):
        await read(packed[:-3])
    with pytest.raises(FileUnreadable, match="damaged"):
        await read(packed[:-8] + bytes(8))


async def test_a_gzip_of_countless_tiny_ones_is_refused_before_it_takes_its_time() -> None:
    with pytest.raises(FileUnreadable, match="pack it as one"):
        await read(gzip.compress(b"A") * 5_000, size=1 << 16)


async def test_a_small_gzip_that_unpacks_to_an_enormous_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "RATIO_COUNTS_FROM_BYTES", 100_000)
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b"code\n" + (b"A" * 999 + b"\n") * 10_000) + packer.flush()
    with pytest.raises(FileTooLarge):
        await read(bomb, size=1 << 16)
