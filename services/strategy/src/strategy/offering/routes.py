"""The operations on offerings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code
from strategy.holding import held
from strategy.known_service.queries import named, planned_among
from strategy.offering import actions, bundle, queries
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import (
    AnotherLaunched,
    Blocked,
    BundleLoop,
    CodeTaken,
    NotInDraft,
    Offering,
    RevisionInWork,
    ServiceUnusable,
)
from strategy.offering.schemas import DraftOffering, OfferingView, ReshapeOffering, WithdrawOffering

router = Router("offerings")

READ, WRITE, APPROVE, LAUNCH, WITHDRAW = (
    f"strategy:offering:{verb}" for verb in ("read", "write", "approve", "launch", "withdraw")
)
PROPOSITION = {
    "name": "Managed workplace",
    "utility": "A workplace that is ready on the first day.",
    "warranty": {"availability": "99.5 % in office hours"},
    "price": {"amount": "85.00", "currency": "CAD"},
    "pricing_note": "Per seat and month.",
}


@router.operation(
    "POST",
    "/offerings",
    permission=WRITE,
    problems=[CodeTaken, ServiceUnusable, BundleLoop],
    status=201,
    example={"code": "workplace", **PROPOSITION},
)
async def draft_offering(command: DraftOffering, session: Session) -> OfferingView:
    """Draft an offering."""
    await queries.refuse_unknown(session, command)
    await bundle.refuse_loop(session, command.code, command.bundle_codes)
    services = await named(session, command.service_ids)
    planned = await planned_among(session, command.service_ids)
    offering = Offering.draft(code=command.code, proposition=command.proposition, services=services, planned=planned)
    session.add(offering)
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation("GET", "/offerings", permission=READ)
async def list_offerings(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    status: OfferingStatus | None = None,
    service_id: Annotated[UUID | None, Query(description="Made of this service.")] = None,
    need_id: Annotated[UUID | None, Query(description="Addressing this need.")] = None,
    market_space_id: Annotated[UUID | None, Query(description="Made for this market space.")] = None,
    bundles: Annotated[Code | None, Query(description="Bundling the offering with this code.")] = None,
) -> Page[OfferingView]:
    """List offerings, each revision by itself; `status=launched` gives those that are offered now."""
    exact = {"code": code, "status": status}
    query = select(Offering).filter_by(**{name: value for name, value in exact.items() if value is not None})
    named_ids: list[tuple[Any, Any]] = [
        (Offering.service_ids, service_id),
        (Offering.need_ids, need_id),
        (Offering.market_space_ids, market_space_id),
        (Offering.bundle_codes, bundles),
    ]
    query = query.where(*(column.contains([name]) for column, name in named_ids if name is not None))
    sorts = {"code": Offering.code, "name": Offering.name}
    return await page(session, query, asked, sorts=sorts, tie=Offering.id)


@router.operation("GET", "/offerings/{offering_id}", permission=READ)
async def get_offering(offering_id: UUID, session: Session) -> OfferingView:
    """Show one revision of an offering."""
    return OfferingView.model_validate(await found(session, Offering, offering_id))


@router.operation(
    "PUT",
    "/offerings/{offering_id}",
    permission=WRITE,
    problems=[NotInDraft, ServiceUnusable, BundleLoop],
    example=PROPOSITION,
)
async def reshape_offering(
    offering_id: UUID, command: ReshapeOffering, version: ExpectedVersion, session: Session
) -> OfferingView:
    """Change a draft."""
    offering = await found(session, Offering, offering_id, version=version)
    await queries.refuse_unknown(session, command)
    await bundle.refuse_loop(session, offering.code, command.bundle_codes)
    planned = await planned_among(session, command.service_ids)
    offering.reshape(command.proposition, services=await named(session, command.service_ids), planned=planned)
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation("POST", "/offerings/{offering_id}/proposal", permission=WRITE, problems=[Blocked])
async def propose_offering(offering_id: UUID, version: ExpectedVersion, session: Session) -> OfferingView:
    """Propose a draft for approval."""
    offering = await found(session, Offering, offering_id, version=version)
    offering.propose()
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation("POST", "/offerings/{offering_id}/return", permission=APPROVE, problems=[Blocked])
async def return_offering(offering_id: UUID, version: ExpectedVersion, session: Session) -> OfferingView:
    """Return a proposed or approved offering to draft."""
    offering = await found(session, Offering, offering_id, version=version)
    offering.return_to_draft()
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation("POST", "/offerings/{offering_id}/approval", permission=APPROVE, problems=[Blocked])
async def approve_offering(offering_id: UUID, version: ExpectedVersion, session: Session) -> OfferingView:
    """Approve a proposed offering."""
    offering = await found(session, Offering, offering_id, version=version)
    offering.approve()
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation("POST", "/offerings/{offering_id}/launch", permission=LAUNCH, problems=[Blocked, AnotherLaunched])
async def launch_offering(offering_id: UUID, version: ExpectedVersion, session: Session, today: Today) -> OfferingView:
    """Launch an approved offering. It meets the needs that it addresses and supersedes the revision before."""
    offering = await held(session, Offering, offering_id, version=version)
    await actions.launch(session, offering, on=today)
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation(
    "POST",
    "/offerings/{offering_id}/withdrawal",
    permission=WITHDRAW,
    problems=[Blocked],
    example={"reason": "Replaced by the service of another provider."},
)
async def withdraw_offering(
    offering_id: UUID, command: WithdrawOffering, version: ExpectedVersion, session: Session, today: Today
) -> OfferingView:
    """Withdraw an offering that no launched one bundles. Needs that no launched offering addresses any more reopen."""
    offering = await held(session, Offering, offering_id, version=version)
    above = await bundle.launched_above(session, [offering])
    await actions.withdraw(session, [offering], on=today, reason=command.reason, bundled_in=above)
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation(
    "POST",
    "/offerings/{offering_id}/revisions",
    permission=WRITE,
    problems=[Blocked, RevisionInWork, CodeTaken, BundleLoop],
    status=201,
)
async def revise_offering(offering_id: UUID, version: ExpectedVersion, session: Session) -> OfferingView:
    """Draft the next revision of a launched or withdrawn offering, which stays as it is until that one is launched."""
    offering = await held(session, Offering, offering_id, version=version)
    await bundle.refuse_loop(session, offering.code, offering.bundle_codes)
    revision = offering.revise(revision=await queries.next_revision(session, offering.code))
    session.add(revision)
    await session.flush()
    return OfferingView.model_validate(revision)
