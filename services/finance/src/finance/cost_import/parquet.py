"""Parquet files as rows of cost data: typed values are written as a CSV file would write them, then read alike."""

import json
from collections.abc import AsyncIterator, Iterator
from collections.abc import Mapping as Named
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import repeat
from typing import Any

from arro3.core import RecordBatch, RecordBatchReader
from arro3.io import read_parquet

from chassis.money import plain
from chassis.problems import FileTooLarge, FileUnreadable
from chassis.records import MAX_RECORD_CHARS
from chassis.table_rows import Outcome, RowReader, by_name
from chassis.tabular import Mapping

PARQUET_MEDIA = "application/vnd.apache.parquet"
MAX_PARQUET_BYTES = 64 << 20
ROWS_AT_ONCE = 500
MAGIC, SHORTEST = b"PAR1", 12
DAY, INSTANT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"


async def parquet_outcomes(
    body: AsyncIterator[bytes], mapping: Mapping | None, *, fields: Named[str, bool]
) -> AsyncIterator[list[Outcome]]:
    """In groups, in order; rows are counted from 1. The packed file is held in memory, for its directory is at its end;
    of what it unpacks to, some hundred rows are. FileTooLarge above 64 MiB, FileUnreadable."""
    content = await _whole(body)
    batches = _opened(content)
    names = batches.schema.names
    reader = RowReader(_plainly(mapping) if mapping else by_name(names, fields), names)
    line = 1
    for batch in _each(batches):
        columns = [_texts(batch, at) if name in reader.columns else repeat("") for at, name in enumerate(names)]
        rows = list(zip(*columns, range(batch.num_rows), strict=False))
        yield [reader.read((number, list(row[:-1]))) for number, row in enumerate(rows, line)]
        line += len(rows)


async def _whole(body: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for chunk in body:
        content += chunk
        if len(content) > MAX_PARQUET_BYTES:
            raise FileTooLarge(
                f"A Parquet file has at most {MAX_PARQUET_BYTES >> 20} MiB; send it in parts, or as CSV."
            )
    if len(content) < SHORTEST or not content.startswith(MAGIC) or not content.endswith(MAGIC):
        raise FileUnreadable("The file is not a whole Parquet file.")
    return bytes(content)


def _opened(content: bytes) -> RecordBatchReader:
    try:
        return read_parquet(BytesIO(content), batch_size=ROWS_AT_ONCE)
    except BaseException as error:
        raise _refusal(error) from error


def _each(batches: RecordBatchReader) -> Iterator[RecordBatch]:
    while True:
        try:
            batch = batches.read_next_batch()
        except StopIteration:
            return
        except BaseException as error:
            raise _refusal(error) from error
        yield batch


def _refusal(error: BaseException) -> BaseException:
    """The library panics over some files; what it then raises is no Exception."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return FileUnreadable(f"The Parquet file is damaged: {str(error)[:200]}.")
    return error


def _plainly(mapping: Mapping) -> Mapping:
    """Numbers, days and instants are written in our own way, whatever the mapping says of those in a text file."""
    formats = [DAY, INSTANT, *mapping.date_formats]
    return mapping.model_copy(update={"decimal_mark": ".", "thousands_mark": None, "date_formats": formats})


def _texts(batch: RecordBatch, at: int) -> Iterator[str]:
    column = batch.column(at)
    for row in range(batch.num_rows):
        text = _text(column[row].as_py())
        if len(text) > MAX_RECORD_CHARS:
            raise FileUnreadable(f"A value is longer than {MAX_RECORD_CHARS} characters.")
        yield text


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case Decimal():
            return plain(value)
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).strftime(INSTANT)
        case date():
            return value.isoformat()
        case bool():
            return str(value).lower()
        case bytes():
            return value.decode(errors="replace")
        case list() | dict():
            return _nested(value)
        case _:
            return str(value)


def _nested(value: list[Any] | dict[str, Any]) -> str:
    """A map is a list of pairs; one without any says nothing."""
    if not value:
        return ""
    pairs = isinstance(value, list) and isinstance(value[0], tuple)
    return json.dumps(dict(value) if pairs else value, default=str)
