"""The operations on the checklist of a retirement plan. It changes as long as the plan is open."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy import func, select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from portfolio.retirement_plan.actions import held
from portfolio.retirement_plan.checklist import MOST_ITEMS, ChecklistFull, ChecklistItem, ItemSettled, OwnItem
from portfolio.retirement_plan.model import NotOpen, RetirementPlan
from portfolio.retirement_plan.schemas import AddChecklistItem, ChecklistItemView, SettleChecklistItem
from portfolio.retirement_plan.terms import ItemState
from portfolio.service.gates import Act

router = Router("retirement-plans")

READ, WRITE = "portfolio:retirement-plan:read", "portfolio:retirement-plan:write"
PATH = "/retirement-plans/{plan_id}/checklist-items"
ITEM = {"title": "Archive the mailboxes", "owner": "Head of workplace", "due_on": "2027-02-01"}


async def listed(session: Session, plan_id: UUID, item_id: UUID) -> ChecklistItem:
    item = await found(session, ChecklistItem, item_id)
    if item.plan_id != plan_id:
        raise NoSuchResource(f"There is no ChecklistItem with the id {item_id} in this plan.")
    return item


async def open_item(plan_id: UUID, item_id: UUID, version: ExpectedVersion, session: Session) -> ChecklistItem:
    """Of an open plan, at the expected version; the service does not retire until what happens now is committed."""
    plan, _ = await held(session, plan_id)
    plan.check_open()
    await listed(session, plan_id, item_id)
    return await found(session, ChecklistItem, item_id, version=version)


def settled(command: SettleChecklistItem, caller: CurrentCaller, now: Now) -> Act:
    return Act(by=caller.subject, at=now, reason=command.evidence)


OpenItem = Annotated[ChecklistItem, Depends(open_item)]
Settled = Annotated[Act, Depends(settled)]


async def shown(session: Session, item: ChecklistItem) -> ChecklistItemView:
    await session.flush()
    return ChecklistItemView.model_validate(item)


@router.operation("POST", PATH, permission=WRITE, problems=[NotOpen, ChecklistFull], status=201, example=ITEM)
async def add_checklist_item(
    plan_id: UUID, command: AddChecklistItem, session: Session, caller: CurrentCaller
) -> ChecklistItemView:
    """Put something on the checklist; if it is required, the service stays until it is done or waived."""
    plan, _ = await held(session, plan_id)
    plan.check_open()
    count = await session.scalar(select(func.count()).where(ChecklistItem.plan_id == plan_id))
    if (count or 0) >= MOST_ITEMS:
        raise ChecklistFull
    item = ChecklistItem.add(plan_id, **dict(command), by=caller.subject)
    session.add(item)
    return await shown(session, item)


@router.operation("GET", PATH, permission=READ)
async def list_checklist_items(
    plan_id: UUID, session: Session, asked: AskedPage, state: ItemState | None = None
) -> Page[ChecklistItemView]:
    """List the checklist of a plan, what is due first before the rest."""
    await found(session, RetirementPlan, plan_id)
    query = select(ChecklistItem).where(ChecklistItem.plan_id == plan_id)
    if state:
        query = query.where(ChecklistItem.state == state)
    return await page(session, query, asked, sorts={"due_on": ChecklistItem.due_on}, tie=ChecklistItem.id)


@router.operation("GET", PATH + "/{item_id}", permission=READ)
async def get_checklist_item(plan_id: UUID, item_id: UUID, session: Session) -> ChecklistItemView:
    """Show an item of a checklist."""
    return ChecklistItemView.model_validate(await listed(session, plan_id, item_id))


@router.operation("PUT", PATH + "/{item_id}", permission=WRITE, problems=[NotOpen, ItemSettled], example=ITEM)
async def change_checklist_item(
    item: OpenItem, command: AddChecklistItem, session: Session, caller: CurrentCaller
) -> ChecklistItemView:
    """Change an open item of a checklist."""
    item.change(**dict(command), by=caller.subject)
    return await shown(session, item)


@router.operation("DELETE", PATH + "/{item_id}", permission=WRITE, problems=[NotOpen, ItemSettled], status=204)
async def remove_checklist_item(item: OpenItem, session: Session) -> Response:
    """Take an open item off a checklist."""
    item.check_open()
    await session.delete(item)
    return Response(status_code=204)


@router.operation(
    "POST",
    PATH + "/{item_id}/completion",
    permission=WRITE,
    problems=[NotOpen, ItemSettled],
    example={"evidence": "Protocol of 2027-01-20, archive volume 7"},
)
async def complete_checklist_item(item: OpenItem, act: Settled, session: Session) -> ChecklistItemView:
    """Record that an item is done, and what shows it."""
    item.complete(act)
    return await shown(session, item)


@router.operation(
    "POST",
    PATH + "/{item_id}/waiver",
    permission=WRITE,
    problems=[NotOpen, ItemSettled, OwnItem],
    example={"evidence": "The mailboxes were empty."},
)
async def waive_checklist_item(item: OpenItem, act: Settled, session: Session) -> ChecklistItemView:
    """Waive an item of somebody else, and say why it need not be done."""
    item.waive(act)
    return await shown(session, item)
