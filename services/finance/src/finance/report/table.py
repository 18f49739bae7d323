"""A report as a table: CSV that a spreadsheet neither runs nor misreads, or one JSON object per line."""

import csv
import io
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Header, Response

from chassis.cells import harmless
from chassis.text import Schema

CSV_MEDIA, NDJSON_MEDIA = "text/csv", "application/x-ndjson"
NO_WORTH = {"q=0", "q=0.0", "q=0.00", "q=0.000"}


class Table(StrEnum):
    CSV = CSV_MEDIA
    NDJSON = NDJSON_MEDIA


TABLES = [CSV_MEDIA, NDJSON_MEDIA]


def asked_table(accept: Annotated[str, Header(max_length=1_000)] = "application/json") -> Table | None:
    """The first one named among the wanted media types, and not as one of no worth (`q=0`); else the report is JSON."""
    for wanted in accept.lower().split(","):
        media, *parameters = (part.strip() for part in wanted.split(";"))
        if media in TABLES and not NO_WORTH.intersection(parameters):
            return Table(media)
    return None


AsTable = Annotated[Table | None, Depends(asked_table)]


def tabled(
    table: Table, kind: type[Schema], rows: Sequence[Schema], headers: Mapping[str, str] | None = None
) -> Response:
    """The rows in the form that was asked for; `headers` are those of a page, which say where the next one is."""
    content = _csv(kind, rows) if table is Table.CSV else "".join(f"{row.model_dump_json()}\n" for row in rows)
    return Response(content, media_type=table, headers=headers)


def _csv(kind: type[Schema], rows: Sequence[Schema]) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(kind.model_fields)
    table.writerows([harmless(value) for _, value in row] for row in rows)
    return text.getvalue()
