"""Files as tests of imports hand them over: in pieces, read by a mapping."""

from collections.abc import AsyncIterator
from typing import Any

from chassis.table_rows import Outcome, outcomes
from chassis.tabular import Mapping

FIELDS = {"code": True, "amount": False, "on": False}


async def in_pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def read(body: bytes | str, mapping: dict[str, Any] | None = None, *, size: int = 7) -> list[Outcome]:
    data = body.encode() if isinstance(body, str) else body
    known = mapping and Mapping.model_validate(mapping)
    return [
        outcome async for group in outcomes(in_pieces(data, size), known or None, fields=FIELDS) for outcome in group
    ]
