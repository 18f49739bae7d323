"""Drafting, changing, publishing and ending the versions of a price book, one after the other."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from chassis.bulk import among
from chassis.operations import found
from finance.cost_object.model import CostObject
from finance.price_book import queries
from finance.price_book.model import PriceItem, PriceVersion, UnknownCostObject
from finance.price_book.schemas import DraftPriceVersion, EndPriceVersion, ItemTerms, PublishPriceVersion


async def draft(session: AsyncSession, book_id: UUID, command: DraftPriceVersion) -> PriceVersion:
    book = await queries.held_book(session, book_id)
    version = book.draft(starts_on=command.starts_on, ends_on=command.ends_on)
    session.add(version)
    await session.flush()
    await _keep_items(session, version.id, command.items)
    return version


async def change(session: AsyncSession, version_id: UUID, command: DraftPriceVersion, *, version: int) -> PriceVersion:
    changed = await _held(session, version_id, version)
    changed.change(starts_on=command.starts_on, ends_on=command.ends_on)
    flag_modified(changed, "starts_on")  # other items are another version of the draft, be the days as they were
    await session.execute(delete(PriceItem).where(PriceItem.version_id == version_id))
    await _keep_items(session, version_id, command.items)
    return changed


async def publish(
    session: AsyncSession, version_id: UUID, command: PublishPriceVersion, *, version: int, at: datetime, by: str
) -> PriceVersion:
    made = await _held(session, version_id, version)
    book = await queries.held_book(session, made.book_id)
    made.publish(
        at=at,
        by=by,
        reason=command.reason,
        supersede=command.supersede,
        published=await queries.published(session, book.id),
    )
    made.announce(book, await queries.services_of(session, made.id), await queries.announced_items(session, made.id))
    await session.flush()
    return made


async def end(
    session: AsyncSession, version_id: UUID, command: EndPriceVersion, *, version: int, at: datetime, by: str
) -> PriceVersion:
    ended = await _held(session, version_id, version)
    book = await queries.held_book(session, ended.book_id)
    ended.end(book=book, on=command.ends_on, at=at, by=by, reason=command.reason)
    await session.flush()
    return ended


async def _held(session: AsyncSession, version_id: UUID, version: int) -> PriceVersion:
    """The version while its book is held, read anew once that is so."""
    there = await found(session, PriceVersion, version_id)
    await queries.held_book(session, there.book_id)
    await session.refresh(there)
    return await found(session, PriceVersion, version_id, version=version)


async def _keep_items(session: AsyncSession, version_id: UUID, items: Sequence[ItemTerms]) -> None:
    codes = {item.cost_object for item in items}
    query = select(CostObject.code, CostObject.id).where(among(CostObject.code, codes))
    known = {row[0]: row[1] for row in await session.execute(query)}
    if missing := sorted(codes - known.keys()):
        raise UnknownCostObject(f"There is no cost object {', '.join(missing[:20])}.", cost_objects=missing[:100])
    rows = [
        {
            "version_id": version_id,
            "code": item.code,
            "cost_object_id": known[item.cost_object],
            "terms": item.model_dump(mode="json", exclude={"cost_object"}),
        }
        for item in items
    ]
    await session.execute(insert(PriceItem), rows)
    await session.flush()
