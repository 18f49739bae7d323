"""The operations on entitlements to licences and seats, and on who may use them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code, Day
from strategy.asset import queries
from strategy.asset.entitlement import (
    Entitlement,
    EntitlementEndsBeforeItStarts,
    ReferenceTaken,
    SeatAllocation,
    TooFewSeats,
)
from strategy.asset.model import Asset
from strategy.asset.routes import READ, WRITE
from strategy.asset.schemas import (
    AcquireEntitlement,
    AllocateSeats,
    ChangeEntitlement,
    EntitlementView,
    SeatAllocationView,
    SeatsView,
)
from strategy.holding import held
from strategy.known_service.queries import named

router = Router("entitlements")

RIGHT = {"seats": 500, "starts_on": "2026-04-01", "ends_on": "2027-04-01"}


@router.operation(
    "POST",
    "/assets/{asset_id}/entitlements",
    permission=WRITE,
    problems=[ReferenceTaken, EntitlementEndsBeforeItStarts],
    status=201,
    example={"reference": "EA-2026-17", **RIGHT},
)
async def acquire_entitlement(asset_id: UUID, command: AcquireEntitlement, session: Session) -> EntitlementView:
    """Record the right to use so many seats of an asset; one reference is counted once."""
    await found(session, Asset, asset_id)
    entitlement = Entitlement.acquire(asset_id=asset_id, **dict(command))
    session.add(entitlement)
    await session.flush()
    return EntitlementView.model_validate(entitlement)


@router.operation("GET", "/entitlements", permission=READ)
async def list_entitlements(
    session: Session, asked: AskedPage, asset_id: UUID | None = None, reference: Code | None = None
) -> Page[EntitlementView]:
    """List entitlements."""
    exact = {"asset_id": asset_id, "reference": reference}
    query = select(Entitlement).filter_by(**{name: value for name, value in exact.items() if value is not None})
    return await page(session, query, asked, sorts={"reference": Entitlement.reference}, tie=Entitlement.id)


@router.operation("GET", "/entitlements/{entitlement_id}", permission=READ)
async def get_entitlement(entitlement_id: UUID, session: Session) -> EntitlementView:
    """Show an entitlement."""
    return EntitlementView.model_validate(await found(session, Entitlement, entitlement_id))


@router.operation(
    "PUT",
    "/entitlements/{entitlement_id}",
    permission=WRITE,
    problems=[EntitlementEndsBeforeItStarts, TooFewSeats],
    example=RIGHT,
)
async def change_entitlement(
    entitlement_id: UUID, command: ChangeEntitlement, version: ExpectedVersion, session: Session
) -> EntitlementView:
    """Change an entitlement; not to fewer seats than are allocated."""
    entitlement = await held(session, Entitlement, entitlement_id, version=version)
    entitlement.change(**dict(command), allocations=await queries.allocations_of(session, entitlement_id))
    await session.flush()
    return EntitlementView.model_validate(entitlement)


@router.operation(
    "PUT",
    "/entitlements/{entitlement_id}/allocations/{service_id}",
    permission=WRITE,
    problems=[TooFewSeats],
    example={"seats": 200, "shared": False},
)
async def allocate_seats(
    entitlement_id: UUID, service_id: UUID, command: AllocateSeats, session: Session
) -> SeatAllocationView:
    """Allow a service to use seats of its own, or seats that it shares with others; the same again changes nothing."""
    entitlement = await held(session, Entitlement, entitlement_id)
    if not await named(session, [service_id]):
        raise NoSuchResource(f"No service with the id {service_id} has been announced.")
    allocated = await queries.allocations_of(session, entitlement_id)
    others = [allocation for allocation in allocated if allocation.service_id != service_id]
    allocation = entitlement.allocate(service_id=service_id, **dict(command), others=others)
    allocation = await session.merge(allocation)
    await session.flush()
    return SeatAllocationView.model_validate(allocation)


@router.operation("DELETE", "/entitlements/{entitlement_id}/allocations/{service_id}", permission=WRITE, status=204)
async def release_seats(entitlement_id: UUID, service_id: UUID, session: Session) -> Response:
    """Take back the seats of a service; the same again changes nothing."""
    await held(session, Entitlement, entitlement_id)
    if allocation := await session.get(SeatAllocation, (entitlement_id, service_id)):
        await session.delete(allocation)
    return Response(status_code=204)


@router.operation("GET", "/entitlements/{entitlement_id}/allocations", permission=READ)
async def list_seat_allocations(entitlement_id: UUID, session: Session, asked: AskedPage) -> Page[SeatAllocationView]:
    """List which services may use an entitlement."""
    await found(session, Entitlement, entitlement_id)
    query = select(SeatAllocation).where(SeatAllocation.entitlement_id == entitlement_id)
    service = SeatAllocation.service_id
    return await page(session, query, asked, sorts={"service_id": service}, tie=service)


@router.operation("GET", "/assets/{asset_id}/seats", permission=READ)
async def get_seats(
    asset_id: UUID,
    session: Session,
    today: Today,
    on: Annotated[Day | None, Query(description="Today when left out.")] = None,
) -> SeatsView:
    """Show how many seats of an asset there are and how many are allocated, each counted once."""
    await found(session, Asset, asset_id)
    return await queries.seats_of(session, asset_id, on=on or today)
