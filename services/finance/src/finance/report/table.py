"""A report as CSV that a spreadsheet neither runs nor misreads."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Header, Response

from chassis.money import plain
from chassis.text import Schema

CSV_MEDIA = "text/csv"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def asks_for_csv(accept: Annotated[str, Header(max_length=1_000)] = "application/json") -> bool:
    """Whether CSV is named among the wanted media types, and not as one of no worth (`q=0`)."""
    for wanted in accept.lower().split(","):
        media, *parameters = (part.strip() for part in wanted.split(";"))
        if media == CSV_MEDIA:
            return not any(parameter in ("q=0", "q=0.0", "q=0.00", "q=0.000") for parameter in parameters)
    return False


AsCsv = Annotated[bool, Depends(asks_for_csv)]


def csv_answer(kind: type[Schema], rows: Sequence[Schema]) -> Response:
    """A header line with the names of the fields, then a line per row."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(kind.model_fields)
    table.writerows([harmless(value) for _, value in row] for row in rows)
    return Response(text.getvalue(), media_type=CSV_MEDIA)


def harmless(value: object) -> str:
    """Numbers stay numbers, nothing is empty; text that a spreadsheet would take for a formula gets a ' before it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
