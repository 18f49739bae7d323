"""The operations on allocation models."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.allocation_model.model import AllocationModel, AllocationRevision, CodeTaken
from finance.allocation_model.schemas import (
    MODEL_BODY_BYTES,
    AllocationModelView,
    AllocationRevisionView,
    DefineAllocationModel,
    ReviseAllocationModel,
)
from finance.driver.model import UnknownDriver
from finance.driver.queries import drivers_with

router = Router("allocation-models")

READ, WRITE = "finance:allocation-model:read", "finance:allocation-model:write"
POOL = {
    "code": "internal-services",
    "sources": {"kinds": ["cost_center"]},
    "targets": {"kinds": ["program"]},
    "driver": "fte",
}
REVISION = {
    "effective_from": "2023-04-01",
    "layers": [{"code": "programs", "method": "direct", "pools": [POOL]}],
}


@router.operation(
    "POST",
    "/allocation-models",
    permission=WRITE,
    problems=[CodeTaken, UnknownDriver],
    status=201,
    max_body_bytes=MODEL_BODY_BYTES,
    example={"code": "full-cost", "name": "Full cost of programs", **REVISION},
)
async def define_allocation_model(command: DefineAllocationModel, session: Session) -> AllocationModelView:
    """Define an allocation model with its first revision."""
    model = AllocationModel.define(code=command.code, name=command.name)
    session.add(model)
    await session.flush()
    await _revise(session, model, command)
    return AllocationModelView.model_validate(model)


@router.operation(
    "POST",
    "/allocation-models/{model_id}/revisions",
    permission=WRITE,
    problems=[UnknownDriver],
    status=201,
    max_body_bytes=MODEL_BODY_BYTES,
    example=REVISION,
)
async def revise_allocation_model(
    model_id: UUID, command: ReviseAllocationModel, version: ExpectedVersion, session: Session
) -> AllocationModelView:
    """Add a revision: runs of ranges that begin on or after its date follow it."""
    model = await found(session, AllocationModel, model_id, version=version)
    await _revise(session, model, command)
    return AllocationModelView.model_validate(model)


async def _revise(session: Session, model: AllocationModel, command: ReviseAllocationModel) -> None:
    await drivers_with(session, {pool.driver for pool in command.each_pool() if pool.driver})
    layers = [layer.model_dump(mode="json") for layer in command.stated]
    session.add(model.revise(effective_from=command.effective_from, layers=layers))
    await session.flush()


@router.operation("GET", "/allocation-models", permission=READ)
async def list_allocation_models(session: Session, asked: AskedPage) -> Page[AllocationModelView]:
    """List allocation models."""
    sorts = {"code": AllocationModel.code}
    return await page(session, select(AllocationModel), asked, sorts=sorts, tie=AllocationModel.id)


@router.operation("GET", "/allocation-models/{model_id}", permission=READ)
async def get_allocation_model(model_id: UUID, session: Session) -> AllocationModelView:
    """Show an allocation model."""
    return AllocationModelView.model_validate(await found(session, AllocationModel, model_id))


@router.operation("GET", "/allocation-models/{model_id}/revisions", permission=READ)
async def list_allocation_revisions(model_id: UUID, session: Session, asked: AskedPage) -> Page[AllocationRevisionView]:
    """List the revisions of an allocation model."""
    await found(session, AllocationModel, model_id)
    query = select(AllocationRevision).where(AllocationRevision.model_id == model_id)
    sorts = {"number": AllocationRevision.number}
    return await page(session, query, asked, sorts=sorts, tie=AllocationRevision.number)
