"""Lines of JSON as the rows of an import: what is a row, what is rejected, what cannot be read at all."""

import gzip
from collections.abc import AsyncIterator

import pytest

from chassis.ndjson import ndjson_outcomes
from chassis.problems import FileUnreadable, MappingMisfit
from chassis.table_rows import Accepted, Outcome, Rejection
from chassis.tabular import FieldRule, Mapping

FIELDS = {"code": True, "weight": False}


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def read(body: bytes, *, size: int = 1 << 16, mapping: Mapping | None = None) -> list[Outcome]:
    groups = ndjson_outcomes(pieces(body, size), mapping, fields=FIELDS)
    return [outcome async for group in groups for outcome in group]


ROWS = '{"code": "A", "weight": "1.5"}\n\n{"code": "é", "weight": null}\r\n{"weight": "2"}'.encode()
TAKEN = [
    Accepted(1, {"code": "A", "weight": "1.5"}, {}),
    Accepted(3, {"code": "é"}, {}),
    Accepted(4, {"weight": "2"}, {}),
]


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 16])
async def test_a_line_is_a_row_however_the_bytes_arrive(size: int) -> None:
    assert await read(ROWS, size=size) == TAKEN
    assert await read(ROWS + b"\n", size=size) == TAKEN
    assert await read(gzip.compress(ROWS), size=size) == TAKEN


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ('{"code": "A"', ""),
        ("not json", ""),
        ('{"code": "A", "code": "B"}', ""),
        ('{"weight": NaN}', ""),
        ("[" * 100_000, ""),
        ('["A"]', ""),
        ("null", ""),
        ('{"code": 5}', "code"),
        ('{"weight": 1.5}', "weight"),
        ('{"code": true}', "code"),
        ('{"code": {"a": "b"}}', "code"),
        ('{"code": "\\ud800"}', ""),
        ('{"height": "5"}', "height"),
    ],
)
async def test_a_line_that_cannot_be_taken_is_rejected_and_does_not_stop_the_others(line: str, column: str) -> None:
    first, rejected, last = await read(f'{{"code": "A"}}\n{line}\n{{"code": "B"}}\n'.encode())
    assert (first, last) == (Accepted(1, {"code": "A"}, {}), Accepted(3, {"code": "B"}, {}))
    assert isinstance(rejected, Rejection)
    assert (rejected.line, rejected.column) == (2, column)
    assert rejected.reason


@pytest.mark.parametrize("body", [b'{"code": "\xff"}', b'{"code": "' + b"x" * 2_000_000 + b'"}'])
async def test_what_is_no_text_or_has_no_end_is_not_read(body: bytes) -> None:
    with pytest.raises(FileUnreadable):
        await read(body)


async def test_lines_name_their_fields_themselves() -> None:
    with pytest.raises(MappingMisfit):
        await read(ROWS, mapping=Mapping(fields={"code": FieldRule(column="Code")}))
