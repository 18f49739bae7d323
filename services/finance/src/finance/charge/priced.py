"""The explanation of priced lines: version, terms, what was counted, and every step."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
from finance.charge.schemas import PricedLineExplanation, Rating
from finance.price_book.model import PriceBook, PriceItem, PriceVersion
from finance.price_book.price import Terms
from finance.price_book.rating import ROUNDING


async def priced_lines(session: AsyncSession, lines: Sequence[Any]) -> list[PricedLineExplanation]:
    """`lines` are rows of `queries.lines_of`. The items of a published version are never changed."""
    if not lines:
        return []
    key = (PriceItem.version_id, PriceItem.code)
    query = (
        select(*key, PriceItem.terms, PriceVersion.number, PriceVersion.starts_on, PriceBook.code)
        .join(PriceVersion, PriceVersion.id == PriceItem.version_id)
        .join(PriceBook, PriceBook.id == PriceVersion.book_id)
        .where(tuple_(*key).in_(rows_of(key, {(line.price_version_id, line.item_code) for line in lines})))
    )
    items = {(row[0], row[1]): row[2:] for row in await session.execute(query)}
    return [_explained(line, *items[line.price_version_id, line.item_code]) for line in lines]


def _explained(line: Any, terms: Any, number: int, starts_on: Any, book_code: str) -> PricedLineExplanation:
    return PricedLineExplanation(
        cost_object_code=line.cost_object_code,
        item_code=line.item_code,
        item_name=line.item_name,
        unit=line.unit,
        price_book_code=book_code,
        price_version_id=line.price_version_id,
        price_version_number=number,
        price_version_starts_on=starts_on,
        terms=Terms.model_validate(terms),
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        quantity=line.quantity,
        rating=Rating.model_validate(line.rated),
        exact=line.exact,
        amount=line.amount,
        rounding=ROUNDING,
    )
