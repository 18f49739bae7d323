"""Price books, their versions and items, each by one statement."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import NoSuchResource
from finance.cost_object.model import CostObject
from finance.price_book.events import PricedItem, PricedService
from finance.price_book.listed import listed
from finance.price_book.model import NotInForce, PriceBook, PriceItem, PriceState, PriceVersion, UnknownBook
from finance.price_book.price import Terms
from finance.price_book.schemas import PriceVersionView

V = PriceVersion


async def book_with(session: AsyncSession, code: str) -> PriceBook:
    book = await session.scalar(select(PriceBook).where(PriceBook.code == code))
    if book is None:
        raise UnknownBook(f"There is no price book {code!r}.")
    return book


async def held_book(session: AsyncSession, id: UUID, *, shared: bool = False) -> PriceBook:
    """Which of its versions hold when does not change before this transaction ends; `shared` with others who read."""
    held = select(PriceBook).where(PriceBook.id == id).with_for_update(read=shared)
    book = await session.scalar(held.execution_options(populate_existing=True))
    if book is None:
        raise NoSuchResource(f"There is no PriceBook with the id {id}.")
    return book


async def published(session: AsyncSession, book_id: UUID) -> list[PriceVersion]:
    """In the order of their days."""
    query = select(V).where(V.book_id == book_id, V.published_at.is_not(None))
    ordered = query.order_by(V.starts_on, V.number).execution_options(populate_existing=True)
    return list(await session.scalars(ordered))


async def in_force(session: AsyncSession, book: PriceBook, on: date) -> PriceVersion:
    for version in await published(session, book.id):
        if version.holds_on(on):
            return version
    raise NotInForce(f"No version of {book.code} is in force on {on}.")


def shown(today: date) -> Select[Any]:
    """Versions as callers see them."""
    state = case(
        (V.published_at.is_(None), PriceState.DRAFT),
        (V.ends_on <= today, PriceState.ENDED),
        (V.starts_on > today, PriceState.SCHEDULED),
        else_=PriceState.IN_FORCE,
    )
    items = select(func.count()).where(PriceItem.version_id == V.id).scalar_subquery()
    return select(*V.__table__.columns, state.label("state"), items.label("item_count"))


async def view(session: AsyncSession, id: UUID, today: date) -> PriceVersionView:
    row = (await session.execute(shown(today).where(V.id == id))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no PriceVersion with the id {id}.")
    return PriceVersionView.model_validate(row)


def items_of(version_id: UUID) -> Select[Any]:
    return (
        select(PriceItem.code, CostObject.code.label("cost_object_code"), PriceItem.terms)
        .join(CostObject, CostObject.id == PriceItem.cost_object_id)
        .where(PriceItem.version_id == version_id)
    )


async def terms_of(session: AsyncSession, versions: Collection[UUID]) -> dict[UUID, dict[UUID, list[Terms]]]:
    """Version → cost object → what is priced of it, in the order of codes."""
    query = select(PriceItem).where(among(PriceItem.version_id, versions)).order_by(PriceItem.code)
    found: dict[UUID, dict[UUID, list[Terms]]] = {id: defaultdict(list) for id in versions}
    for item in await session.scalars(query):
        found[item.version_id][item.cost_object_id].append(Terms.model_validate(item.terms))
    return found


async def services_of(session: AsyncSession, version_id: UUID) -> list[PricedService]:
    query = (
        select(CostObject.code, CostObject.service_id)
        .join(PriceItem, PriceItem.cost_object_id == CostObject.id)
        .where(PriceItem.version_id == version_id)
        .distinct()
        .order_by(CostObject.code)
    )
    return [PricedService(cost_object_code=row[0], service_id=row[1]) for row in await session.execute(query)]


async def announced_items(session: AsyncSession, version_id: UUID) -> list[PricedItem]:
    """In the order of codes."""
    query = (
        select(PriceItem.terms, CostObject.code, CostObject.service_id)
        .join(CostObject, CostObject.id == PriceItem.cost_object_id)
        .where(PriceItem.version_id == version_id)
        .order_by(PriceItem.code)
    )
    return [
        listed(Terms.model_validate(terms), cost_object_code=code, service_id=service_id)
        for terms, code, service_id in await session.execute(query)
    ]
