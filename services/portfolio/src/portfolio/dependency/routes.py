"""The operations on dependencies."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from portfolio.dependency import queries
from portfolio.dependency.model import AlreadyUsed, ClosesLoop, Dependency, Ended
from portfolio.dependency.schemas import DeclareDependency, Dependant, DependencyView, ImpactDirection, ImpactView
from portfolio.dependency.spread import path, spread
from portfolio.service.model import Service

router = Router("dependencies")

READ, WRITE = "portfolio:dependency:read", "portfolio:dependency:write"
MOST_STEPS = 10_000
EXAMPLE = {
    "service_id": "0198c0de-0000-7000-8000-000000000001",
    "uses_id": "0198c0de-0000-7000-8000-000000000002",
    "criticality": "high",
}


@router.operation(
    "POST", "/dependencies", permission=WRITE, problems=[AlreadyUsed, ClosesLoop, Ended], status=201, example=EXAMPLE
)
async def declare_dependency(command: DeclareDependency, session: Session) -> DependencyView:
    """Declare that one service uses another."""
    await queries.hold_graph(session)
    ids = sorted([command.service_id, command.uses_id])
    # Neither may retire, nor launch without the other, while this is being decided.
    await session.execute(select(Service.id).where(Service.id.in_(ids)).order_by(Service.id).with_for_update(read=True))
    dependency = Dependency.declare(
        service=await found(session, Service, command.service_id),
        uses=await found(session, Service, command.uses_id),
        reached=await queries.used_by(session, command.uses_id),
        kind=command.kind,
        criticality=command.criticality,
    )
    session.add(dependency)
    await session.flush()
    return DependencyView.model_validate(dependency)


@router.operation("GET", "/dependencies", permission=READ)
async def list_dependencies(
    session: Session, asked: AskedPage, service_id: UUID | None = None, uses_id: UUID | None = None
) -> Page[DependencyView]:
    """List dependencies: all, those of a service on others, or those of others on it."""
    query = select(Dependency)
    if service_id:
        query = query.where(Dependency.service_id == service_id)
    if uses_id:
        query = query.where(Dependency.uses_id == uses_id)
    return await page(session, query, asked, sorts={"id": Dependency.id}, tie=Dependency.id)


@router.operation("GET", "/dependencies/{dependency_id}", permission=READ)
async def get_dependency(dependency_id: UUID, session: Session) -> DependencyView:
    """Show a dependency."""
    return DependencyView.model_validate(await found(session, Dependency, dependency_id))


@router.operation("DELETE", "/dependencies/{dependency_id}", permission=WRITE, status=204)
async def remove_dependency(dependency_id: UUID, version: ExpectedVersion, session: Session) -> Response:
    """Remove a dependency: the service does not use the other one any more."""
    await session.delete(await found(session, Dependency, dependency_id, version=version))
    return Response(status_code=204)


@router.operation("GET", "/services/{service_id}/impact", permission=READ)
async def get_impact(
    service_id: UUID,
    session: Session,
    asked: AskedPage,
    direction: Annotated[
        ImpactDirection, Query(description="Those that use it, or those that it uses.")
    ] = ImpactDirection.USERS,
    max_distance: Annotated[int, Query(ge=1, le=MOST_STEPS)] = MOST_STEPS,
) -> ImpactView:
    """Show who feels it when a service fails or ends, or what it stands on, directly or through others.

    Sorted by `distance` or by `code`.
    """
    await found(session, Service, service_id)
    around = await queries.neighbours(session, [service_id], direction)
    reached = spread(service_id, around, within=max_distance)
    query, distance = queries.services(reached)
    sorts = {"distance": distance, "code": Service.code}
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts=sorts, tie=Service.id, by_row=True))
    dependants = [
        Dependant(service_id=id, code=code, name=name, status=status, distance=steps, path=path(reached, id))
        for id, code, name, status, steps, *_ in shown["items"]
    ]
    next_cursor = shown["next_cursor"]
    return ImpactView(service_id=service_id, total=len(reached), dependants=dependants, next_cursor=next_cursor)
