"""The operations on cost objects."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select

from chassis.application import Today
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code
from finance.cost_object import actions
from finance.cost_object.model import BelowItself, ClosedBeforeOpened, CodeTaken, CostObject, CostObjectKind
from finance.cost_object.schemas import CostObjectRow, CostObjectView, DescribeCostObject, OpenCostObject

router = Router("cost-objects")

READ, WRITE = "finance:cost-object:read", "finance:cost-object:write"
EXAMPLE = {"name": "Managed database hosting", "kind": "service", "chargeable": True}


@router.operation(
    "POST",
    "/cost-objects",
    permission=WRITE,
    problems=[CodeTaken, ClosedBeforeOpened, BelowItself, NoSuchResource],
    status=201,
    example={"code": "DB-HOSTING", **EXAMPLE},
)
async def open_cost_object(command: OpenCostObject, session: Session, today: Today) -> CostObjectView:
    """Open a cost object."""
    opened = CostObject.open(
        code=command.code, name=command.name, kind=command.kind, opened_on=command.opened_on or today
    )
    session.add(opened)
    return await _described(opened, command, session)


@router.operation("GET", "/cost-objects", permission=READ)
async def list_cost_objects(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    kind: CostObjectKind | None = None,
    service_id: UUID | None = None,
    initiative_id: UUID | None = None,
) -> Page[CostObjectView]:
    """List cost objects."""
    query = select(CostObject)
    exact = {"code": code, "kind": kind, "service_id": service_id, "initiative_id": initiative_id}
    query = query.filter_by(**{name: wanted for name, wanted in exact.items() if wanted})
    sorts = {"code": CostObject.code, "name": CostObject.name}
    return await page(session, query, asked, sorts=sorts, tie=CostObject.id)


@router.operation("GET", "/cost-objects/{cost_object_id}", permission=READ)
async def get_cost_object(cost_object_id: UUID, session: Session) -> CostObjectView:
    """Show a cost object."""
    return CostObjectView.model_validate(await found(session, CostObject, cost_object_id))


@router.operation(
    "PUT",
    "/cost-objects/{cost_object_id}",
    permission=WRITE,
    problems=[ClosedBeforeOpened, BelowItself],
    example=EXAMPLE,
)
async def describe_cost_object(
    cost_object_id: UUID, command: DescribeCostObject, version: ExpectedVersion, session: Session
) -> CostObjectView:
    """Change what is said about a cost object, and from which day it takes no more cost."""
    return await _described(await found(session, CostObject, cost_object_id, version=version), command, session)


async def _described(cost_object: CostObject, command: DescribeCostObject, session: Session) -> CostObjectView:
    cost_object.describe(name=command.name, kind=command.kind, chargeable=command.chargeable)
    cost_object.last(opened_on=cost_object.opened_on, closed_on=command.closed_on)
    await actions.stand_below(session, cost_object, command.parent)
    await session.flush()
    return CostObjectView.model_validate(cost_object)


@router.operation(
    "POST",
    "/cost-object-imports",
    permission="finance:cost-object:import",
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_cost_objects(upload: Upload, session: Session, today: Today) -> ImportResult:
    """Import cost objects from CSV: code, name, kind, opened_on, closed_on, parent. What exists is described anew."""
    done: Counter[str] = Counter()
    async for rows in upload.batches(CostObjectRow):
        done += await actions.import_cost_objects(session, upload, rows, today=today)
    return upload.result(**done)
