"""The operations on the capacity of assets and on what needs them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Day
from strategy.asset import queries
from strategy.asset.model import Asset, Capacity, WithoutUnit
from strategy.asset.need import AssetNeed, NeedEndsBeforeItStarts, NeedOverlaps, NotOneInNeed
from strategy.asset.routes import READ, WRITE
from strategy.asset.schemas import (
    AssetNeedView,
    CapacityLimitView,
    CapacityView,
    ChangeNeed,
    HoldCapacity,
    Month,
    StateNeed,
)
from strategy.asset.terms import AssetKind, AssetType
from strategy.holding import held
from strategy.known_service.queries import named
from strategy.offering.model import Offering

router = Router("capacities")

SOME_ID = "01928f6e-5a00-7000-8000-000000000000"


@router.operation(
    "PUT",
    "/assets/{asset_id}/capacities/{month}",
    permission="strategy:asset:measure",
    problems=[WithoutUnit],
    example={"available": "220", "used": "231.5"},
)
async def hold_capacity(asset_id: UUID, month: Month, command: HoldCapacity, session: Session) -> CapacityView:
    """State how much there is of an asset in a month, and how much was used; the same again changes nothing."""
    asset = await held(session, Asset, asset_id)
    before = await session.get(Capacity, (asset_id, month))
    capacity = await session.merge(asset.hold_capacity(month=month, **dict(command), before=before))
    await session.flush()
    return CapacityView.model_validate(capacity)


@router.operation("GET", "/capacity-limits", permission=READ)
async def list_capacity_limits(
    session: Session,
    asked: AskedPage,
    starts_on: Annotated[Day | None, Query(description="Months that begin on this day or later.")] = None,
    ends_on: Annotated[Day | None, Query(description="Months that begin before this day.")] = None,
    asset_id: UUID | None = None,
    kind: AssetKind | None = None,
    type: AssetType | None = None,
    over_used: Annotated[bool | None, Query(description="Whether more was used than there is.")] = None,
) -> Page[CapacityLimitView]:
    """List what there is of each asset month by month, what is used and needed of it, and what new work may ask for."""
    query = queries.capacity_limits()
    for column, wanted in ((Asset.id, asset_id), (Asset.kind, kind), (Asset.type, type)):
        if wanted:
            query = query.where(column == wanted)
    if starts_on:
        query = query.where(Capacity.starts_on >= starts_on)
    if ends_on:
        query = query.where(Capacity.starts_on < ends_on)
    if over_used is not None:
        over = Capacity.used.is_not(None) & (Capacity.used > Capacity.available)
        query = query.where(over if over_used else ~over)
    sorts = {"starts_on": Capacity.starts_on}
    return await page(session, query, asked, sorts=sorts, tie=Capacity.asset_id, by_row=True)


@router.operation(
    "POST",
    "/asset-needs",
    permission=WRITE,
    problems=[NotOneInNeed, NeedEndsBeforeItStarts, NeedOverlaps, WithoutUnit],
    status=201,
    example={"asset_id": SOME_ID, "service_id": SOME_ID, "quantity": "12.5", "starts_on": "2026-04-01"},
)
async def state_asset_need(command: StateNeed, session: Session) -> AssetNeedView:
    """State how much of an asset a service or an offering needs per month."""
    asset = await held(session, Asset, command.asset_id)
    asset.must_have_unit()
    if command.service_id and not await named(session, [command.service_id]):
        raise NoSuchResource(f"No service with the id {command.service_id} has been announced.")
    if command.offering_id:
        await found(session, Offering, command.offering_id)
    need = AssetNeed.state(**dict(command))
    await queries.refuse_overlap(session, need)
    session.add(need)
    await session.flush()
    return AssetNeedView.model_validate(need)


@router.operation("GET", "/asset-needs", permission=READ)
async def list_asset_needs(
    session: Session,
    asked: AskedPage,
    asset_id: UUID | None = None,
    service_id: UUID | None = None,
    offering_id: UUID | None = None,
) -> Page[AssetNeedView]:
    """List which services and offerings need which assets, and how much of them."""
    exact = {"asset_id": asset_id, "service_id": service_id, "offering_id": offering_id}
    query = select(AssetNeed).filter_by(**{name: value for name, value in exact.items() if value is not None})
    return await page(session, query, asked, sorts={"starts_on": AssetNeed.starts_on}, tie=AssetNeed.id)


@router.operation("GET", "/asset-needs/{need_id}", permission=READ)
async def get_asset_need(need_id: UUID, session: Session) -> AssetNeedView:
    """Show what a service or an offering needs of an asset."""
    return AssetNeedView.model_validate(await found(session, AssetNeed, need_id))


@router.operation(
    "PUT",
    "/asset-needs/{need_id}",
    permission=WRITE,
    problems=[NeedEndsBeforeItStarts, NeedOverlaps],
    example={"quantity": "15", "ends_on": "2027-04-01"},
)
async def change_asset_need(
    need_id: UUID, command: ChangeNeed, version: ExpectedVersion, session: Session
) -> AssetNeedView:
    """Correct how much is needed, or say when it ends."""
    need = await found(session, AssetNeed, need_id, version=version)
    await held(session, Asset, need.asset_id)
    need.change(**dict(command))
    await queries.refuse_overlap(session, need)
    await session.flush()
    return AssetNeedView.model_validate(need)


@router.operation("DELETE", "/asset-needs/{need_id}", permission=WRITE, status=204)
async def remove_asset_need(need_id: UUID, version: ExpectedVersion, session: Session) -> Response:
    """Remove a need that was stated by mistake; one that was there until now is ended instead."""
    await session.delete(await found(session, AssetNeed, need_id, version=version))
    return Response(status_code=204)
