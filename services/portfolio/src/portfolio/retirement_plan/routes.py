"""The operations on retirement plans."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query
from sqlalchemy import and_, not_, select

from chassis.application import Now, Today
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Day
from portfolio.retirement_plan import actions
from portfolio.retirement_plan.checklist import ChecklistItem
from portfolio.retirement_plan.model import (
    MovesLater,
    NoticeTooLate,
    NotOpen,
    OwnReplacement,
    ReplacementGoes,
    RetirementPlan,
    RetirementRevision,
)
from portfolio.retirement_plan.schemas import (
    OpenRetirementPlan,
    RetirementPlanView,
    RetirementRevisionView,
    ReviseRetirementPlan,
)
from portfolio.retirement_plan.showing import all_shown, shown
from portfolio.retirement_plan.terms import RetirementStatus
from portfolio.service.model import StepNotPossible
from portfolio.service.schemas import GiveReason

router = Router("retirement-plans")

READ, RETIRE = "portfolio:retirement-plan:read", "portfolio:service:retire"
ITEM = {"title": "Archive the mailboxes", "owner": "Head of workplace", "due_on": "2027-02-01"}
REPLACED = {"ends_on": "2027-04-01", "replacement_id": "0198c0de-0000-7000-8000-000000000002"}


@router.operation(
    "POST",
    "/retirement-plans",
    permission=RETIRE,
    problems=[StepNotPossible, NoticeTooLate, OwnReplacement, ReplacementGoes],
    status=201,
    example={
        **REPLACED,
        "service_id": "0198c0de-0000-7000-8000-000000000001",
        "reason": "Everybody has the cloud mail now.",
        "notice_days": 90,
        "checklist": [ITEM],
    },
)
async def open_retirement_plan(
    command: OpenRetirementPlan, session: Session, caller: CurrentCaller, now: Now
) -> RetirementPlanView:
    """Give an operational service its notice: from which day on it is gone, what replaces it, what has to be done."""
    terms = command.model_dump(include={"ends_on", "replacement_id", "notice_days"})
    plan = await actions.open_plan(session, command.act(caller, now), command.service_id, **terms)
    session.add_all(ChecklistItem.add(plan.id, **dict(item), by=caller.subject) for item in command.checklist)
    return await shown(session, plan, now.date())


@router.operation("GET", "/retirement-plans", permission=READ)
async def list_retirement_plans(
    session: Session,
    asked: AskedPage,
    today: Today,
    service_id: UUID | None = None,
    status: RetirementStatus | None = None,
    overdue: Annotated[bool | None, Query(description="Whether the end has come and the service has not.")] = None,
    ending_before: Annotated[Day | None, Query(description="Plans that end before this day.")] = None,
) -> Page[RetirementPlanView]:
    """List retirement plans, those that end first before the others."""
    query = select(RetirementPlan)
    if service_id:
        query = query.where(RetirementPlan.service_id == service_id)
    if status:
        query = query.where(RetirementPlan.status == status)
    if overdue is not None:
        late = and_(RetirementPlan.status == RetirementStatus.OPEN, RetirementPlan.ends_on <= today)
        query = query.where(late if overdue else not_(late))
    if ending_before:
        query = query.where(RetirementPlan.ends_on < ending_before)
    sorts = {"ends_on": RetirementPlan.ends_on, "opened_at": RetirementPlan.opened_at}
    listed = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=RetirementPlan.id))
    listed["items"] = await all_shown(session, listed["items"], today)
    return Page[RetirementPlanView].model_validate(listed)


@router.operation("GET", "/retirement-plans/{plan_id}", permission=READ)
async def get_retirement_plan(plan_id: UUID, session: Session, today: Today) -> RetirementPlanView:
    """Show a retirement plan, how far it has come, and what keeps the service today."""
    return await shown(session, await found(session, RetirementPlan, plan_id), today)


@router.operation(
    "POST",
    "/retirement-plans/{plan_id}/revisions",
    permission=RETIRE,
    problems=[NotOpen, NoticeTooLate, MovesLater, OwnReplacement, ReplacementGoes],
    example={**REPLACED, "reason": "The replacement comes a quarter later."},
)
async def revise_retirement_plan(
    plan_id: UUID,
    command: ReviseRetirementPlan,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> RetirementPlanView:
    """Put the end off or bring it nearer, or name another replacement."""
    plan, service = await actions.held(session, plan_id, version=version)
    terms = command.model_dump(include={"ends_on", "replacement_id"})
    await actions.revise(session, plan, service, command.act(caller, now), **terms)
    return await shown(session, plan, now.date())


@router.operation("GET", "/retirement-plans/{plan_id}/revisions", permission=READ)
async def list_retirement_revisions(plan_id: UUID, session: Session, asked: AskedPage) -> Page[RetirementRevisionView]:
    """List what a plan said from when on, the first being how it was opened."""
    await found(session, RetirementPlan, plan_id)
    query = select(RetirementRevision).where(RetirementRevision.plan_id == plan_id)
    return await page(session, query, asked, sorts={"at": RetirementRevision.at}, tie=RetirementRevision.id)


@router.operation(
    "POST",
    "/retirement-plans/{plan_id}/cancellation",
    permission=RETIRE,
    problems=[NotOpen, StepNotPossible],
    example={"reason": "The tender for the replacement was lost."},
)
async def call_off_retirement_plan(
    plan_id: UUID, command: GiveReason, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> RetirementPlanView:
    """Call a plan off: the service is operational again; customers that have moved stay where they are."""
    plan, service = await actions.held(session, plan_id, version=version)
    plan.call_off(command.act(caller, now), service)
    return await shown(session, plan, now.date())
