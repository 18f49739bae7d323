"""Keeps the prices that finance publishes, and shows those of a day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from portfolio.known_price.model import KnownPrice, KnownPriceVersion
from portfolio.known_price.schemas import CatalogPrice, PriceTerms

V, P = KnownPriceVersion, KnownPrice


async def publish(
    session: AsyncSession,
    id: UUID,
    *,
    prices: Sequence[tuple[UUID, PriceTerms]],
    published_at: datetime,
    **version: Any,
) -> None:
    """`prices` are pairs of a service and what is asked for it. What was published never changes: once is enough."""
    new = insert(V).values(id=id, published_at=published_at, **version).on_conflict_do_nothing()
    if await session.scalar(new.returning(V.id)) is None or not prices:
        return
    rows = [
        {"price_version_id": id, "item_code": terms.code, "service_id": service, "terms": terms.model_dump(mode="json")}
        for service, terms in prices
    ]
    await session.execute(insert(P), rows)


async def end(session: AsyncSession, id: UUID, *, on: date) -> None:
    await session.execute(update(V).where(V.id == id).values(ends_on=on))


async def current(session: AsyncSession, services: Collection[UUID], on: date) -> dict[UUID, list[CatalogPrice]]:
    """Per service in the order of price books and items, by one statement."""
    held = (
        select(V.id, V.price_book_code, V.currency)
        .where(V.starts_on <= on, or_(V.ends_on.is_(None), V.ends_on > on))
        .ext(distinct_on(V.price_book_code))
        .order_by(V.price_book_code, V.published_at.desc())
        .subquery()
    )
    query = (
        select(P.service_id, P.terms, held.c.price_book_code, held.c.currency)
        .join(held, held.c.id == P.price_version_id)
        .where(among(P.service_id, services))
        .order_by(held.c.price_book_code, P.item_code)
    )
    found: dict[UUID, list[CatalogPrice]] = defaultdict(list)
    for service_id, terms, book, currency in await session.execute(query):
        found[service_id].append(CatalogPrice(**terms, price_book=book, currency=currency))
    return found
