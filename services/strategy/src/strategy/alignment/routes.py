"""The operations on alignments, and what they say together."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import func, select

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from strategy.alignment import queries
from strategy.alignment.actions import realign
from strategy.alignment.model import Alignment, EndsBeforeItStarts, NotOneTarget, Overlaps, Retired
from strategy.alignment.paths import Asked, paths
from strategy.alignment.schemas import (
    AlignmentScoreView,
    AlignmentView,
    JudgeAlignment,
    LinkAlignment,
    ObjectiveCoverageView,
    PathsView,
    Target,
)
from strategy.holding import held
from strategy.initiative.model import Initiative
from strategy.known_service.model import KnownService, KnownStage
from strategy.known_service.queries import named
from strategy.objective.model import Objective
from strategy.objective.routes import AsOf
from strategy.offering.model import Offering

router = Router("alignments")

READ, WRITE = "strategy:alignment:read", "strategy:alignment:write"
SOME_ID = "01928f6e-5a00-7000-8000-000000000000"
TARGETS: dict[Target, tuple[type[KnownService] | type[Offering] | type[Initiative], str]] = {
    Target.SERVICE: (KnownService, "service_id"),
    Target.OFFERING: (Offering, "offering_id"),
    Target.INITIATIVE: (Initiative, "initiative_id"),
}


@router.operation(
    "POST",
    "/alignments",
    permission=WRITE,
    problems=[NotOneTarget, EndsBeforeItStarts, Overlaps, Retired],
    status=201,
    example={"objective_id": SOME_ID, "service_id": SOME_ID, "strength": "0.8", "starts_on": "2026-04-01"},
)
async def link_alignment(command: LinkAlignment, session: Session, today: Today) -> AlignmentView:
    """State that a service, an offering or an initiative serves an objective, and how strongly."""
    await held(session, Objective, command.objective_id)
    if command.service_id:
        await _service_in_use(session, command.service_id)
    if command.offering_id:
        await found(session, Offering, command.offering_id)
    if command.initiative_id:
        await found(session, Initiative, command.initiative_id)
    alignment = Alignment.link(**dict(command))
    await queries.refuse_overlap(session, alignment)
    session.add(alignment)
    await realign(session, on=today)
    return AlignmentView.model_validate(alignment)


async def _service_in_use(session: Session, id: UUID) -> None:
    known = await named(session, [id])
    if not known:
        raise NoSuchResource(f"No service with the id {id} has been announced.")
    if known[0].stage is KnownStage.RETIRED:
        raise Retired(f"{known[0].code} is retired.")


@router.operation("GET", "/alignments", permission=READ)
async def list_alignments(
    session: Session,
    asked: AskedPage,
    objective_id: UUID | None = None,
    service_id: UUID | None = None,
    offering_id: UUID | None = None,
    initiative_id: UUID | None = None,
    as_of: AsOf = None,
) -> Page[AlignmentView]:
    """List alignments: all, or those that hold on a day."""
    exact = {
        "objective_id": objective_id,
        "service_id": service_id,
        "offering_id": offering_id,
        "initiative_id": initiative_id,
    }
    query = select(Alignment).filter_by(**{name: value for name, value in exact.items() if value is not None})
    if as_of:
        query = query.where(queries.in_force(Alignment, as_of))
    return await page(session, query, asked, sorts={"starts_on": Alignment.starts_on}, tie=Alignment.id)


@router.operation("GET", "/alignments/{alignment_id}", permission=READ)
async def get_alignment(alignment_id: UUID, session: Session) -> AlignmentView:
    """Show an alignment."""
    return AlignmentView.model_validate(await found(session, Alignment, alignment_id))


@router.operation(
    "PUT",
    "/alignments/{alignment_id}",
    permission=WRITE,
    problems=[EndsBeforeItStarts, Overlaps],
    example={"strength": "0.5", "ends_on": "2027-04-01"},
)
async def judge_alignment(
    alignment_id: UUID, command: JudgeAlignment, version: ExpectedVersion, session: Session, today: Today
) -> AlignmentView:
    """Correct how strong an alignment is, or say when it ends."""
    alignment = await found(session, Alignment, alignment_id, version=version)
    await held(session, Objective, alignment.objective_id)
    alignment.judge(**dict(command))
    await queries.refuse_overlap(session, alignment)
    await realign(session, on=today)
    return AlignmentView.model_validate(alignment)


@router.operation("DELETE", "/alignments/{alignment_id}", permission=WRITE, status=204)
async def remove_alignment(alignment_id: UUID, version: ExpectedVersion, session: Session, today: Today) -> Response:
    """Remove an alignment that was stated by mistake; one that held until now is ended instead."""
    await session.delete(await found(session, Alignment, alignment_id, version=version))
    await realign(session, on=today)
    return Response(status_code=204)


@router.operation("GET", "/alignment-scores", permission=READ)
async def list_alignment_scores(
    session: Session, asked: AskedPage, today: Today, of: Target = Target.SERVICE, as_of: AsOf = None
) -> Page[AlignmentScoreView]:
    """List how well services, offerings or initiatives are aligned: Σ weight·strength / Σ weight."""
    kind, column = TARGETS[of]
    score = queries.scores(getattr(Alignment, column), as_of or today)
    query = select(kind.id, kind.code, kind.name, score.c.score, score.c.weighted, score.c.weight, score.c.objectives)
    query = query.join(score, score.c.id == kind.id)
    sorts = {"code": kind.code, "score": func.coalesce(score.c.score, 0)}
    return await page(session, query, asked, sorts=sorts, tie=kind.id, by_row=True)


@router.operation("GET", "/objective-coverage", permission=READ)
async def list_coverage_of_objectives(
    session: Session,
    asked: AskedPage,
    today: Today,
    as_of: AsOf = None,
    active: Annotated[bool | None, Query(description="Whether an approved initiative serves it.")] = None,
    funded: Annotated[bool | None, Query(description="Whether an approved initiative with funding does.")] = None,
) -> Page[ObjectiveCoverageView]:
    """List the objectives in force with the work that serves them; `active=false` are those without any."""
    counted = queries.coverage(as_of or today).subquery()
    query = select(counted)
    for wanted, count in ((active, counted.c.active), (funded, counted.c.funded)):
        if wanted is not None:
            query = query.where(count > 0 if wanted else count == 0)
    sorts = {"code": counted.c.code, "weight": counted.c.weight}
    return await page(session, query, asked, sorts=sorts, tie=counted.c.objective_id, by_row=True)


@router.operation("GET", "/alignment-paths", permission=READ)
async def list_alignment_paths(
    session: Session,
    today: Today,
    objective_id: Annotated[UUID | None, Query(description="This one and everything below it.")] = None,
    initiative_id: UUID | None = None,
    offering_id: UUID | None = None,
    service_id: UUID | None = None,
    as_of: AsOf = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> PathsView:
    """Show the way from objectives over initiatives and offerings to services and their cost, or back."""
    on = as_of or today
    query = paths(Asked(on, objective_id, initiative_id, offering_id, service_id))
    rows = (await session.execute(query.add_columns(func.count().over().label("total")).limit(limit))).all()
    shown = [{name: value for name, value in row._mapping.items() if name != "total"} for row in rows]
    return PathsView.model_validate({"as_of": on, "total": rows[0].total if rows else 0, "paths": shown})
