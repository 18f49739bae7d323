"""The operations on objectives and on how far they have come."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query
from sqlalchemy import or_, select

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Day, Line
from strategy import tree
from strategy.alignment.actions import realign
from strategy.objective import queries
from strategy.objective.model import CodeTaken, EndsBeforeItStarts, Objective, WithinItself
from strategy.objective.schemas import (
    DescribeObjective,
    MoveObjective,
    ObjectiveProgress,
    ObjectiveView,
    SetOutObjective,
)

router = Router("objectives")

READ, WRITE = "strategy:objective:read", "strategy:objective:write"
DESCRIPTION = {
    "name": "Answer taxpayers within a day",
    "perspective": "customer",
    "owner": "Head of taxpayer services",
    "weight": "3",
    "starts_on": "2026-04-01",
}

AsOf = Annotated[Day | None, Query(description="Today when left out.")]
SORTS = {"code": Objective.code, "name": Objective.name}


@router.operation(
    "POST",
    "/objectives",
    permission=WRITE,
    problems=[CodeTaken, EndsBeforeItStarts],
    status=201,
    example={"code": "answer-in-a-day", **DESCRIPTION},
)
async def set_out_objective(command: SetOutObjective, session: Session, today: Today) -> ObjectiveView:
    """Set out an objective."""
    if command.parent_id:
        await found(session, Objective, command.parent_id)
    objective = Objective.set_out(**dict(command))
    session.add(objective)
    await realign(session, on=today)
    return ObjectiveView.model_validate(objective)


@router.operation("GET", "/objectives", permission=READ)
async def list_objectives(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    owner: Line | None = None,
    perspective: Line | None = None,
    parent_id: UUID | None = None,
    below: UUID | None = None,
    in_force_on: Annotated[Day | None, Query(description="Only those that are in force on this day.")] = None,
) -> Page[ObjectiveView]:
    """List objectives; `below` gives everything under one, `parent_id` what lies directly under it."""
    exact = {"code": code, "owner": owner, "perspective": perspective, "parent_id": parent_id}
    query = select(Objective).filter_by(**{name: value for name, value in exact.items() if value is not None})
    if below:
        query = query.where(Objective.id.in_(tree.below(Objective, below)))
    if in_force_on:
        ends = or_(Objective.ends_on.is_(None), Objective.ends_on > in_force_on)
        query = query.where(Objective.starts_on <= in_force_on, ends)
    return await page(session, query, asked, sorts=SORTS, tie=Objective.id)


@router.operation("GET", "/objectives/{objective_id}", permission=READ)
async def get_objective(objective_id: UUID, session: Session) -> ObjectiveView:
    """Show an objective."""
    return ObjectiveView.model_validate(await found(session, Objective, objective_id))


@router.operation(
    "PUT", "/objectives/{objective_id}", permission=WRITE, problems=[EndsBeforeItStarts], example=DESCRIPTION
)
async def describe_objective(
    objective_id: UUID, command: DescribeObjective, version: ExpectedVersion, session: Session, today: Today
) -> ObjectiveView:
    """Change what is said of an objective, how much it weighs, or when it is in force."""
    objective = await found(session, Objective, objective_id, version=version)
    objective.describe(**dict(command))
    await realign(session, on=today)
    return ObjectiveView.model_validate(objective)


@router.operation(
    "POST",
    "/objectives/{objective_id}/move",
    permission=WRITE,
    problems=[WithinItself],
    example={"under": "0198c0de-0000-7000-8000-000000000001"},
)
async def move_objective(
    objective_id: UUID, command: MoveObjective, version: ExpectedVersion, session: Session
) -> ObjectiveView:
    """Move an objective, with everything below it, under another one."""
    await tree.hold(session, Objective)
    objective = await found(session, Objective, objective_id, version=version)
    if command.under:
        await found(session, Objective, command.under)
    above = await tree.ancestors(session, Objective, command.under)
    objective.move(under=command.under, ancestors_of_target=above)
    await session.flush()
    return ObjectiveView.model_validate(objective)


@router.operation("GET", "/objectives/{objective_id}/progress", permission=READ)
async def get_progress_of_objective(
    objective_id: UUID, session: Session, today: Today, as_of: AsOf = None
) -> ObjectiveProgress:
    """Show how far an objective has come, with each measure that says so and each that was not read."""
    objective = await found(session, Objective, objective_id)
    (progress,) = await queries.progress_of(session, [objective], as_of=as_of or today)
    return progress


@router.operation("GET", "/objective-progress", permission=READ)
async def list_progress_of_objectives(
    session: Session, asked: AskedPage, today: Today, as_of: AsOf = None, below: UUID | None = None
) -> Page[ObjectiveProgress]:
    """List how far all objectives have come, or those below one."""
    query = select(Objective)
    if below:
        query = query.where(Objective.id.in_(tree.below(Objective, below)))
    shown: Any = await page(session, query, asked, sorts=SORTS, tie=Objective.id)
    shown["items"] = await queries.progress_of(session, shown["items"], as_of=as_of or today)
    return cast("Page[ObjectiveProgress]", shown)
