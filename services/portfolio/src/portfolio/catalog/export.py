"""The catalog as a file, written while it is read: a line per service."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.cells import harmless
from chassis.extracts import Write
from portfolio.catalog.queries import entries
from portfolio.catalog.schemas import CatalogEntry
from portfolio.known_price.schemas import CatalogPrice
from portfolio.service.model import Service
from portfolio.service_level.schemas import ServiceLevelView
from portfolio.service_level.terms import Direction

CSV_MEDIA = "text/csv"
AT_ONCE = 500
COLUMNS = (
    "code",
    "name",
    "kind",
    "description",
    "owner",
    "criticality",
    "tags",
    "market_space_ids",
    "launched_on",
    "service_levels",
    "options",
    "service_id",
)

Conditions = Sequence[ColumnElement[bool]]


def as_ndjson(conditions: Conditions, today: date) -> Write:
    async def write(session: AsyncSession) -> AsyncIterator[str]:
        async for found in _groups(session, conditions, today):
            yield "".join(entry.model_dump_json() + "\n" for entry in found)

    return write


def as_csv(conditions: Conditions, today: date) -> Write:
    """Lists are joined by semicolons; text that a spreadsheet would take for a formula gets a ' before it."""

    async def write(session: AsyncSession) -> AsyncIterator[str]:
        yield _lines([COLUMNS])
        async for found in _groups(session, conditions, today):
            yield _lines([_row(entry) for entry in found])

    return write


async def _groups(session: AsyncSession, conditions: Conditions, today: date) -> AsyncIterator[list[CatalogEntry]]:
    """In the order of codes, each group after the last one of the group before it."""
    query = select(Service).where(*conditions).order_by(Service.code).limit(AT_ONCE)
    last = ""
    while found := (await session.scalars(query.where(Service.code > last))).all():
        yield await entries(session, found, today)
        last = found[-1].code
        session.expunge_all()


def _row(entry: CatalogEntry) -> list[str]:
    shown = entry.model_dump(mode="json", include=set(COLUMNS))
    shown["service_levels"] = [_promise(level) for level in entry.service_levels]
    shown["options"] = [_price(price) for price in entry.options]
    return [harmless("; ".join(cell) if isinstance(cell := shown[column], list) else cell) for column in COLUMNS]


def _promise(level: ServiceLevelView) -> str:
    target = "no target yet"
    if level.target is not None:
        bound = "at least" if level.direction is Direction.AT_LEAST else "at most"
        target = f"{bound} {level.target} {level.unit} per {level.window}"
    return f"{level.name}: {target}"


def _price(option: CatalogPrice) -> str:
    if option.price is not None:
        size = "" if option.package_size is None else f"{option.package_size} "
        per = "period" if option.model == "flat" else f"{size}{option.unit}"
        return f"{option.name}: {option.price} {option.currency} per {per}"
    if option.tiers:
        tiers = ", ".join(
            f"{tier.unit_price} up to {tier.up_to}" if tier.up_to is not None else f"{tier.unit_price} beyond"
            for tier in option.tiers
        )
        return f"{option.name}: {option.currency} per {option.unit}, {option.model}: {tiers}"
    return f"{option.name}: {option.percent} % ({option.model})"


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
