"""The operations on price books, their versions and items."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Now, Today
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code
from finance.price_book import actions, preview, queries, rating
from finance.price_book.model import (
    CannotSupersede,
    CodeTaken,
    EndRefused,
    NotADraft,
    NotInForce,
    NotPublished,
    PriceBook,
    PriceItem,
    PriceVersion,
    ReasonMissing,
    UnknownBook,
    UnknownCostObject,
    VersionsOverlap,
)
from finance.price_book.preview import PreviewPrices, PricePreview, UnknownItem
from finance.price_book.schemas import (
    VERSION_BODY_BYTES,
    DraftPriceVersion,
    EndPriceVersion,
    OpenPriceBook,
    PriceBookView,
    PriceItemView,
    PriceVersionView,
    PublishPriceVersion,
)

router = Router("price-books")

READ, WRITE, PUBLISH = "finance:price-book:read", "finance:price-book:write", "finance:price-book:publish"
STORAGE = {
    "code": "GB-MONTH",
    "name": "Stored data",
    "unit": "GB-month",
    "cost_object": "STORAGE",
    "meter": "gb-month",
    "price": {
        "model": "graduated",
        "tiers": [{"up_to": "1000", "unit_price": "0.10"}, {"unit_price": "0.05"}],
    },
    "included": "10",
}
DRAFT = {"starts_on": "2026-04-01", "items": [STORAGE]}


@router.operation(
    "POST",
    "/price-books",
    permission=WRITE,
    problems=[CodeTaken],
    status=201,
    example={"code": "standard", "name": "Standard prices", "currency": "CAD"},
)
async def open_price_book(command: OpenPriceBook, session: Session) -> PriceBookView:
    """Open a price book."""
    book = PriceBook.open(**dict(command))
    session.add(book)
    await session.flush()
    return PriceBookView.model_validate(book)


@router.operation("GET", "/price-books", permission=READ)
async def list_price_books(session: Session, asked: AskedPage, code: Code | None = None) -> Page[PriceBookView]:
    """List price books."""
    query = select(PriceBook)
    if code:
        query = query.where(PriceBook.code == code)
    return await page(session, query, asked, sorts={"code": PriceBook.code}, tie=PriceBook.id)


@router.operation("GET", "/price-books/{book_id}", permission=READ)
async def get_price_book(book_id: UUID, session: Session) -> PriceBookView:
    """Show a price book."""
    return PriceBookView.model_validate(await found(session, PriceBook, book_id))


@router.operation(
    "POST",
    "/price-books/{book_id}/versions",
    permission=WRITE,
    problems=[UnknownCostObject],
    status=201,
    max_body_bytes=VERSION_BODY_BYTES,
    example=DRAFT,
)
async def draft_price_version(
    book_id: UUID, command: DraftPriceVersion, session: Session, today: Today
) -> PriceVersionView:
    """Draft a version of a price book: nothing is charged by it before it is published."""
    version = await actions.draft(session, book_id, command)
    return await queries.view(session, version.id, today)


@router.operation("GET", "/price-books/{book_id}/versions", permission=READ)
async def list_price_versions(
    book_id: UUID, session: Session, asked: AskedPage, today: Today
) -> Page[PriceVersionView]:
    """List the versions of a price book, drafts too."""
    await found(session, PriceBook, book_id)
    query = queries.shown(today).where(PriceVersion.book_id == book_id)
    sorts = {"number": PriceVersion.number, "starts_on": PriceVersion.starts_on}
    return await page(session, query, asked, sorts=sorts, tie=PriceVersion.id, by_row=True)


@router.operation("GET", "/price-versions/{price_version_id}", permission=READ)
async def get_price_version(price_version_id: UUID, session: Session, today: Today) -> PriceVersionView:
    """Show a version of a price book."""
    return await queries.view(session, price_version_id, today)


@router.operation("GET", "/price-versions/{price_version_id}/items", permission=READ)
async def list_price_items(price_version_id: UUID, session: Session, asked: AskedPage) -> Page[PriceItemView]:
    """List what a version prices, and how."""
    await found(session, PriceVersion, price_version_id)
    query = queries.items_of(price_version_id)
    return await page(session, query, asked, sorts={"code": PriceItem.code}, tie=PriceItem.code, by_row=True)


@router.operation(
    "PUT",
    "/price-versions/{price_version_id}",
    permission=WRITE,
    problems=[NotADraft, UnknownCostObject],
    max_body_bytes=VERSION_BODY_BYTES,
    example=DRAFT,
)
async def change_price_version(
    price_version_id: UUID, command: DraftPriceVersion, version: ExpectedVersion, session: Session, today: Today
) -> PriceVersionView:
    """Change a draft: its days and all of its items."""
    changed = await actions.change(session, price_version_id, command, version=version)
    return await queries.view(session, changed.id, today)


@router.operation(
    "POST",
    "/price-versions/{price_version_id}/publication",
    permission=PUBLISH,
    problems=[NotADraft, VersionsOverlap, CannotSupersede, ReasonMissing],
    example={"reason": "Prices of the new fiscal year"},
)
async def publish_price_version(
    price_version_id: UUID,
    command: PublishPriceVersion,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> PriceVersionView:
    """Publish a draft: it is in force from its first day, and never changed again."""
    made = await actions.publish(session, price_version_id, command, version=version, at=now, by=caller.subject)
    return await queries.view(session, made.id, now.date())


@router.operation(
    "POST",
    "/price-versions/{price_version_id}/ending",
    permission=PUBLISH,
    problems=[NotPublished, EndRefused],
    example={"ends_on": "2027-04-01", "reason": "Replaced by the prices of the new fiscal year"},
)
async def end_price_version(
    price_version_id: UUID,
    command: EndPriceVersion,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> PriceVersionView:
    """End a published version on a day from today on."""
    ended = await actions.end(session, price_version_id, command, version=version, at=now, by=caller.subject)
    return await queries.view(session, ended.id, now.date())


@router.operation(
    "POST",
    "/price-previews",
    permission=READ,
    problems=[UnknownBook, UnknownItem, NotInForce, NoSuchResource, rating.AmountTooLarge, rating.UnitCostMissing],
    example={
        "price_book": "standard",
        "as_of": "2026-04-01",
        "quantities": [{"item": "GB-MONTH", "quantity": "1500.5", "days": 15, "period_days": 30}],
    },
)
async def preview_prices(command: PreviewPrices, session: Session, today: Today) -> PricePreview:
    """Price quantities by a price book, with every step, without keeping anything of it."""
    return await preview.preview(session, command, today)
