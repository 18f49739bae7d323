"""The operations on milestones and their dates, and the critical path through them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import func, select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from strategy.initiative.milestone import (
    InTheFuture,
    Milestone,
    MilestoneCodeTaken,
    MilestoneDate,
)
from strategy.initiative.milestone_schemas import (
    CriticalPathView,
    DateMilestone,
    DescribeMilestone,
    MilestoneDateView,
    MilestoneView,
    PlanMilestone,
)
from strategy.initiative.model import Ended, Initiative
from strategy.initiative.planning import MostMilestones, critical_path_of, refuse_too_many
from strategy.initiative.queries import going
from strategy.initiative.routes import READ, WRITE

router = Router("milestones")


@router.operation(
    "POST",
    "/initiatives/{initiative_id}/milestones",
    permission=WRITE,
    problems=[MilestoneCodeTaken, Ended, MostMilestones],
    status=201,
    example={"code": "pilot", "name": "Pilot in one region", "duration_days": 30, "planned_on": "2026-06-30"},
)
async def plan_milestone(
    initiative_id: UUID, command: PlanMilestone, session: Session, caller: CurrentCaller, now: Now
) -> MilestoneView:
    """Plan a milestone of an initiative."""
    await going(session, initiative_id)
    await refuse_too_many(session, initiative_id)
    milestone = Milestone.plan(initiative_id=initiative_id, **command.model_dump(exclude={"planned_on"}))
    stated = milestone.date_by(
        planned_on=command.planned_on, forecast_on=None, actual_on=None, reason="Planned.", by=caller.subject, at=now
    )
    session.add(milestone)
    await session.flush()
    session.add(stated)
    return MilestoneView.model_validate(milestone)


@router.operation("GET", "/milestones", permission=READ)
async def list_milestones(
    session: Session,
    asked: AskedPage,
    initiative_id: UUID | None = None,
    reached: bool | None = None,
    slipped: Annotated[bool | None, Query(description="Whether it comes, or came, after its plan.")] = None,
) -> Page[MilestoneView]:
    """List milestones by their planned days."""
    query = select(Milestone)
    if initiative_id:
        query = query.where(Milestone.initiative_id == initiative_id)
    late = func.coalesce(Milestone.actual_on, Milestone.forecast_on, Milestone.planned_on) > Milestone.planned_on
    for asked_for, holds in ((reached, Milestone.actual_on.is_not(None)), (slipped, late)):
        if asked_for is not None:
            query = query.where(holds if asked_for else ~holds)
    return await page(session, query, asked, sorts={"planned_on": Milestone.planned_on}, tie=Milestone.id)


@router.operation("GET", "/milestones/{milestone_id}", permission=READ)
async def get_milestone(milestone_id: UUID, session: Session) -> MilestoneView:
    """Show a milestone."""
    return MilestoneView.model_validate(await found(session, Milestone, milestone_id))


@router.operation(
    "PUT",
    "/milestones/{milestone_id}",
    permission=WRITE,
    problems=[Ended],
    example={"name": "Pilot in two regions", "duration_days": 45},
)
async def describe_milestone(
    milestone_id: UUID, command: DescribeMilestone, version: ExpectedVersion, session: Session
) -> MilestoneView:
    """Change the name of a milestone, or how long the work takes that leads to it."""
    milestone = await found(session, Milestone, milestone_id, version=version)
    await going(session, milestone.initiative_id)
    milestone.describe(**dict(command))
    await session.flush()
    return MilestoneView.model_validate(milestone)


@router.operation(
    "PUT",
    "/milestones/{milestone_id}/dates",
    permission=WRITE,
    problems=[InTheFuture, Ended],
    example={"planned_on": "2026-06-30", "forecast_on": "2026-07-15", "reason": "The supplier delivers later."},
)
async def date_milestone(
    milestone_id: UUID,
    command: DateMilestone,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> MilestoneView:
    """State when a milestone is planned, expected, or was reached. What was said before stays in its history."""
    milestone = await found(session, Milestone, milestone_id, version=version)
    await going(session, milestone.initiative_id)
    session.add(milestone.date_by(**dict(command), by=caller.subject, at=now))
    await session.flush()
    return MilestoneView.model_validate(milestone)


@router.operation("GET", "/milestones/{milestone_id}/dates", permission=READ)
async def list_dates_of_milestone(milestone_id: UUID, session: Session, asked: AskedPage) -> Page[MilestoneDateView]:
    """List how the dates of a milestone moved, with who moved them and why."""
    await found(session, Milestone, milestone_id)
    query = select(MilestoneDate).where(MilestoneDate.milestone_id == milestone_id)
    return await page(session, query, asked, sorts={"number": MilestoneDate.number}, tie=MilestoneDate.number)


@router.operation("GET", "/initiatives/{initiative_id}/critical-path", permission=READ)
async def get_critical_path(initiative_id: UUID, session: Session) -> CriticalPathView:
    """Show how early and how late each milestone of an initiative can be, and which have no slack."""
    return await critical_path_of(session, await found(session, Initiative, initiative_id))
