"""The operations on dependencies between milestones and between initiatives; together they never close a loop."""

from uuid import UUID

from fastapi import Response
from sqlalchemy import or_, select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from strategy.initiative import queries
from strategy.initiative.milestone import (
    AlreadyAwaited,
    AlreadyNeeded,
    ClosesLoop,
    InitiativeDependency,
    Milestone,
    MilestoneDependency,
)
from strategy.initiative.milestone_schemas import (
    AwaitInitiative,
    InitiativeDependencyView,
    MilestoneDependencyView,
    NeedMilestone,
)
from strategy.initiative.model import Initiative
from strategy.initiative.routes import READ, WRITE

router = Router("dependencies")

ONE, OTHER = "0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000002"


@router.operation(
    "POST",
    "/milestone-dependencies",
    permission=WRITE,
    problems=[AlreadyNeeded, ClosesLoop],
    status=201,
    example={"milestone_id": ONE, "needs_id": OTHER},
)
async def need_milestone(command: NeedMilestone, session: Session) -> MilestoneDependencyView:
    """Declare that a milestone must be reached before the work on another one begins."""
    await queries.hold_dependencies(session)
    milestone = await found(session, Milestone, command.milestone_id)
    needed = await found(session, Milestone, command.needs_id)
    if await queries.waits_for(session, queries.reach_of(needed.id), queries.reach_of(milestone.id)):
        raise ClosesLoop(f"{needed.code} is {milestone.code} or waits for it.")
    dependency = MilestoneDependency(**dict(command))
    session.add(dependency)
    await session.flush()
    return MilestoneDependencyView.model_validate(dependency)


@router.operation("GET", "/milestone-dependencies", permission=READ)
async def list_milestone_dependencies(
    session: Session, asked: AskedPage, milestone_id: UUID | None = None, initiative_id: UUID | None = None
) -> Page[MilestoneDependencyView]:
    """List which milestones need which: all, those of one milestone, or those that touch an initiative."""
    dependency = MilestoneDependency
    query = select(dependency)
    if milestone_id:
        query = query.where(or_(dependency.milestone_id == milestone_id, dependency.needs_id == milestone_id))
    if initiative_id:
        own = select(Milestone.id).where(Milestone.initiative_id == initiative_id)
        query = query.where(or_(dependency.milestone_id.in_(own), dependency.needs_id.in_(own)))
    return await page(session, query, asked, sorts={"id": dependency.id}, tie=dependency.id)


@router.operation("GET", "/milestone-dependencies/{dependency_id}", permission=READ)
async def get_milestone_dependency(dependency_id: UUID, session: Session) -> MilestoneDependencyView:
    """Show a dependency between milestones."""
    return MilestoneDependencyView.model_validate(await found(session, MilestoneDependency, dependency_id))


@router.operation("DELETE", "/milestone-dependencies/{dependency_id}", permission=WRITE, status=204)
async def remove_milestone_dependency(dependency_id: UUID, version: ExpectedVersion, session: Session) -> Response:
    """Remove a dependency between milestones."""
    await session.delete(await found(session, MilestoneDependency, dependency_id, version=version))
    return Response(status_code=204)


@router.operation(
    "POST",
    "/initiative-dependencies",
    permission=WRITE,
    problems=[AlreadyAwaited, ClosesLoop],
    status=201,
    example={"initiative_id": ONE, "needs_id": OTHER},
)
async def await_initiative(command: AwaitInitiative, session: Session) -> InitiativeDependencyView:
    """Declare that an initiative must be done before another one begins."""
    await queries.hold_dependencies(session)
    initiative = await found(session, Initiative, command.initiative_id)
    needed = await found(session, Initiative, command.needs_id)
    same = initiative.id == needed.id
    if same or await queries.waits_for(session, queries.end_of(needed.id), queries.begin_of(initiative.id)):
        raise ClosesLoop(f"{needed.code} is {initiative.code} or waits for it.")
    dependency = InitiativeDependency(**dict(command))
    session.add(dependency)
    await session.flush()
    return InitiativeDependencyView.model_validate(dependency)


@router.operation("GET", "/initiative-dependencies", permission=READ)
async def list_initiative_dependencies(
    session: Session, asked: AskedPage, initiative_id: UUID | None = None
) -> Page[InitiativeDependencyView]:
    """List which initiatives wait for which: all, or those of one initiative, both ways."""
    dependency = InitiativeDependency
    query = select(dependency)
    if initiative_id:
        query = query.where(or_(dependency.initiative_id == initiative_id, dependency.needs_id == initiative_id))
    return await page(session, query, asked, sorts={"id": dependency.id}, tie=dependency.id)


@router.operation("GET", "/initiative-dependencies/{dependency_id}", permission=READ)
async def get_initiative_dependency(dependency_id: UUID, session: Session) -> InitiativeDependencyView:
    """Show a dependency between initiatives."""
    return InitiativeDependencyView.model_validate(await found(session, InitiativeDependency, dependency_id))


@router.operation("DELETE", "/initiative-dependencies/{dependency_id}", permission=WRITE, status=204)
async def remove_initiative_dependency(dependency_id: UUID, version: ExpectedVersion, session: Session) -> Response:
    """Remove a dependency between initiatives."""
    await session.delete(await found(session, InitiativeDependency, dependency_id, version=version))
    return Response(status_code=204)
