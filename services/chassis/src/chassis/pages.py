"""Keyset pages: one request shape, one response shape, as fast on page 10,000 as on page 1."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import Amount
from chassis.problems import CursorInvalid, InvalidRequest
from chassis.text import NO_NUL, Schema

Item = TypeVar("Item")

# What a cursor may hold of each kind of column: a caller may have bent it, so it is bounded like any other input.
KEYS: dict[type, TypeAdapter[Any]] = {
    int: TypeAdapter(Annotated[int, Field(ge=-(2**63), lt=2**63)]),
    Decimal: TypeAdapter(Amount),
    date: TypeAdapter(date),
    datetime: TypeAdapter(datetime),
    UUID: TypeAdapter(UUID),
}
TEXT = TypeAdapter(Annotated[str, StringConstraints(pattern=NO_NUL)])

NOT_A_FILTER = {"cursor", "limit", "include"}


class Page(Schema, Generic[Item]):
    """`next_cursor` is null on the last page; `total` is there when the request says `include=total`."""

    items: list[Item]
    next_cursor: str | None
    total: int | None


@dataclass(frozen=True)
class PageRequest:
    """What a caller asks of a list; `sort` names a field, with `-` before it for descending."""

    limit: int
    cursor: str | None
    sort: str | None
    total: bool
    request: Request
    response: Response

    @property
    def fingerprint(self) -> str:
        """Ties a cursor to the list, its filters and its sort."""
        asked = sorted((k, v) for k, v in self.request.query_params.multi_items() if k not in NOT_A_FILTER)
        return hashlib.sha256(f"{self.request.url.path}?{urlencode(asked)}".encode()).hexdigest()[:16]


def page_request(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=2000, pattern=r"^[A-Za-z0-9_=-]+$")] = None,
    sort: Annotated[str | None, Query(max_length=50, pattern=r"^-?[a-z_]+$")] = None,
    include: Annotated[Literal["total"] | None, Query()] = None,
) -> PageRequest:
    return PageRequest(limit, cursor, sort, include == "total", request, response)


AskedPage = Annotated[PageRequest, Depends(page_request)]


async def page(
    session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    asked: PageRequest,
    *,
    sorts: Mapping[str, Any],
    tie: Any,
    by_row: bool = False,
) -> Page[Any]:
    """One page of `query`. `sorts` maps names to columns that are never null, the first being the default; `tie` is a
    unique column that keeps the order total. Items are the first column of a row, or the whole row with `by_row`."""
    column, descending = _sort(asked.sort, sorts)
    size = asked.limit
    keyed = query.add_columns(column.label("page_key"), tie.label("page_tie"))
    if asked.cursor:
        keyed = keyed.where(_after(asked, column, tie, descending))
    order = (column.desc(), tie.desc()) if descending else (column.asc(), tie.asc())
    rows = (await session.execute(keyed.order_by(None).order_by(*order).limit(size + 1))).all()
    shown = rows[:size]
    cursor = _cursor(asked.fingerprint, shown[-1].page_key, shown[-1].page_tie) if len(rows) > size else None
    if cursor:
        asked.response.headers["Link"] = f'<{_next_address(asked.request, cursor)}>; rel="next"'
    total = (
        await session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) if asked.total else None
    )
    items: Sequence[Any] = shown if by_row else [row[0] for row in shown]
    # Rows, not yet views: the response model of the operation reads them by attribute.
    return cast("Page[Any]", {"items": items, "next_cursor": cursor, "total": total})


def _sort(asked: str | None, sorts: Mapping[str, Any]) -> tuple[Any, bool]:
    name = (asked or next(iter(sorts))).removeprefix("-")
    if name not in sorts:
        raise InvalidRequest(f"Sort by one of: {', '.join(sorts)}.")
    return sorts[name], bool(asked and asked.startswith("-"))


def _cursor(fingerprint: str, key: Any, tie: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([fingerprint, _plain(key), _plain(tie)]).encode()).decode()


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else value.isoformat() if isinstance(value, date) else str(value)


def _after(asked: PageRequest, column: Any, tie: Any, descending: bool) -> ColumnElement[bool]:
    try:
        fingerprint, key, last = json.loads(base64.urlsafe_b64decode(asked.cursor or ""))
        values = tuple_(_bound(column, key), _bound(tie, last))
    except (ValueError, TypeError, ValidationError) as error:
        raise CursorInvalid("Take the cursor as it was given, or start again without one.") from error
    if fingerprint != asked.fingerprint:
        raise CursorInvalid("This cursor belongs to a list with other filters or another sort.")
    place = tuple_(column, tie)
    return place < values if descending else place > values


def _bound(column: Any, value: Any) -> Any:
    typed = KEYS.get(column.type.python_type, TEXT).validate_python(value)
    return literal(typed, column.type)


def _next_address(request: Request, cursor: str) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    return f"?{urlencode([*kept, ('cursor', cursor)])}"
