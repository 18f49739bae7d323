"""Offerings and market spaces as TMF620 v4.1 shows them."""

from collections.abc import Sequence
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.resources import Body
from chassis.text import Code
from strategy.market_space.model import MarketSpace
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.offering.routes import READ
from strategy.product_catalog import queries, restoring, writing
from strategy.product_catalog.tmf620 import Category, ProductOffering, ProductSpecification

router = Router("product-offerings")

SPACE_READ = "strategy:market-space:read"
AsSaid = Annotated[
    Code | None,
    Query(description="With the ids and all else that this source said, and that nothing here has changed since."),
]
Status = Annotated[
    OfferingStatus | None,
    Query(description="Revisions of this status; without it the launched one of each offering, else its newest."),
]
SORTS = {"code": Offering.code, "name": Offering.name}


@router.operation("GET", "/product-offerings", permission=READ, response_model_exclude_unset=True)
async def list_product_offerings(
    session: Session, asked: AskedPage, code: Code | None = None, status: Status = None, as_said_by: AsSaid = None
) -> Page[ProductOffering]:
    """List offerings as product offerings of TMF620."""
    shown = await _asked(session, asked, code, status)
    bodies = await _offering_bodies(session, shown["items"], as_said_by)
    return Page[ProductOffering].model_validate(shown | {"items": bodies})


@router.operation("GET", "/product-offerings/{offering_id}", permission=READ, response_model_exclude_unset=True)
async def get_product_offering(offering_id: UUID, session: Session, as_said_by: AsSaid = None) -> ProductOffering:
    """Show one revision of an offering as a product offering of TMF620."""
    (body,) = await _offering_bodies(session, [await found(session, Offering, offering_id)], as_said_by)
    return ProductOffering.model_validate(body)


@router.operation("GET", "/product-specifications", permission=READ, response_model_exclude_unset=True)
async def list_product_specifications(
    session: Session, asked: AskedPage, code: Code | None = None, status: Status = None
) -> Page[ProductSpecification]:
    """List what offerings are made of, and what can be chosen with them, as product specifications of TMF620."""
    shown = await _asked(session, asked, code, status)
    around = await queries.surroundings(session, shown["items"])
    bodies = [writing.specification_body(offering, around) for offering in shown["items"]]
    return Page[ProductSpecification].model_validate(shown | {"items": bodies})


@router.operation("GET", "/product-specifications/{offering_id}", permission=READ, response_model_exclude_unset=True)
async def get_product_specification(offering_id: UUID, session: Session) -> ProductSpecification:
    """Show what one revision of an offering is made of as a product specification of TMF620."""
    offering = await found(session, Offering, offering_id)
    around = await queries.surroundings(session, [offering])
    return ProductSpecification.model_validate(writing.specification_body(offering, around))


@router.operation("GET", "/product-categories", permission=SPACE_READ, response_model_exclude_unset=True)
async def list_product_categories(
    session: Session, asked: AskedPage, code: Code | None = None, as_said_by: AsSaid = None
) -> Page[Category]:
    """List market spaces as categories of TMF620."""
    query = select(MarketSpace).where(*([MarketSpace.code == code] if code else []))
    sorts = {"code": MarketSpace.code, "name": MarketSpace.name}
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=MarketSpace.id))
    bodies = await _category_bodies(session, shown["items"], as_said_by)
    return Page[Category].model_validate(shown | {"items": bodies})


@router.operation(
    "GET", "/product-categories/{market_space_id}", permission=SPACE_READ, response_model_exclude_unset=True
)
async def get_product_category(market_space_id: UUID, session: Session, as_said_by: AsSaid = None) -> Category:
    """Show a market space as a category of TMF620."""
    (body,) = await _category_bodies(session, [await found(session, MarketSpace, market_space_id)], as_said_by)
    return Category.model_validate(body)


async def _asked(session: AsyncSession, asked: Any, code: str | None, status: OfferingStatus | None) -> dict[str, Any]:
    query = select(Offering).where(Offering.status == status if status else queries.stands([code] if code else None))
    if code:
        query = query.where(Offering.code == code)
    return cast("dict[str, Any]", await page(session, query, asked, sorts=SORTS, tie=Offering.id))


async def _offering_bodies(session: AsyncSession, offerings: Sequence[Offering], source: str | None) -> list[Body]:
    around = await queries.surroundings(session, offerings)
    bodies = [writing.offering_body(offering, around) for offering in offerings]
    return await restoring.offerings(session, source, offerings, bodies) if source else bodies


async def _category_bodies(session: AsyncSession, spaces: Sequence[MarketSpace], source: str | None) -> list[Body]:
    parents = await queries.spaces_by_id(session, {space.parent_id for space in spaces if space.parent_id})
    below = await queries.children(session, spaces)
    bodies = [
        writing.category_body(
            space, parent=parents[space.parent_id].code if space.parent_id else None, children=below[space.id]
        )
        for space in spaces
    ]
    return await restoring.categories(session, source, spaces, bodies) if source else bodies
