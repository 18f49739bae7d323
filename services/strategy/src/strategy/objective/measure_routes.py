"""The operations on the measures of objectives and on what is read of them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy import Text, cast, func, select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import CODE, Code, Day
from strategy.holding import held
from strategy.objective.measure import InTheFuture, Measure, NameTaken, NothingToReach, OtherDirection, Reading, TooMany
from strategy.objective.model import Objective
from strategy.objective.queries import current_reading, refuse_too_many
from strategy.objective.routes import READ, WRITE
from strategy.objective.schemas import DefineMeasure, MeasureView, ReadingView, StateReading

router = Router("measures")

Source = Annotated[str, Path(max_length=64, pattern=CODE, description="Who or what says so.")]
MEASURE = {
    "name": "Answered within a day",
    "unit": "percent",
    "direction": "increase",
    "baseline": "62",
    "target": "90",
    "weight": "1",
}


@router.operation(
    "POST",
    "/objectives/{objective_id}/measures",
    permission=WRITE,
    problems=[NameTaken, NothingToReach, OtherDirection, TooMany],
    status=201,
    example=MEASURE,
)
async def define_measure(objective_id: UUID, command: DefineMeasure, session: Session) -> MeasureView:
    """Define by what an objective is measured, from where to where."""
    await held(session, Objective, objective_id)
    await refuse_too_many(session, objective_id)
    measure = Measure.define(objective_id=objective_id, **dict(command))
    session.add(measure)
    await session.flush()
    return MeasureView.model_validate(measure)


@router.operation("GET", "/objectives/{objective_id}/measures", permission=READ)
async def list_measures_of_objective(objective_id: UUID, session: Session, asked: AskedPage) -> Page[MeasureView]:
    """List the measures of an objective."""
    await found(session, Objective, objective_id)
    query = select(Measure).where(Measure.objective_id == objective_id)
    return await page(session, query, asked, sorts={"name": Measure.name}, tie=Measure.id)


@router.operation("GET", "/measures/{measure_id}", permission=READ)
async def get_measure(measure_id: UUID, session: Session) -> MeasureView:
    """Show a measure."""
    return MeasureView.model_validate(await found(session, Measure, measure_id))


@router.operation(
    "PUT",
    "/measures/{measure_id}",
    permission=WRITE,
    problems=[NameTaken, NothingToReach, OtherDirection],
    example=MEASURE,
)
async def change_measure(
    measure_id: UUID, command: DefineMeasure, version: ExpectedVersion, session: Session
) -> MeasureView:
    """Change a measure. What was read before counts against the new baseline and target."""
    measure = await found(session, Measure, measure_id, version=version)
    measure.change(**dict(command))
    await session.flush()
    return MeasureView.model_validate(measure)


@router.operation(
    "PUT",
    "/measures/{measure_id}/readings/{read_on}/{source}",
    permission="strategy:objective:measure",
    problems=[InTheFuture],
    example={"value": "71.5"},
)
async def state_reading(
    measure_id: UUID,
    read_on: Day,
    source: Source,
    command: StateReading,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ReadingView:
    """State what a source read on a day; the same again changes nothing, another value corrects it and both stay."""
    measure = await held(session, Measure, measure_id)
    before = await current_reading(session, measure_id, on=read_on, source=source)
    reading = measure.read(command.value, on=read_on, source=source, by=caller.subject, at=now, before=before)
    session.add(reading)
    await session.flush()
    return ReadingView.model_validate(reading)


@router.operation("GET", "/measures/{measure_id}/readings", permission=READ)
async def list_readings_of_measure(
    measure_id: UUID,
    session: Session,
    asked: AskedPage,
    source: Code | None = None,
    corrected: Annotated[bool, Query(description="Also the readings that were corrected later.")] = False,
) -> Page[ReadingView]:
    """List what was read of a measure, day by day."""
    await found(session, Measure, measure_id)
    query = select(Reading).where(Reading.measure_id == measure_id)
    if source:
        query = query.where(Reading.source == source)
    if not corrected:
        latest = select(Reading.read_on, Reading.source, func.max(Reading.revision).label("revision"))
        current = latest.where(Reading.measure_id == measure_id).group_by(Reading.read_on, Reading.source).subquery()
        query = query.join(
            current,
            (current.c.read_on == Reading.read_on)
            & (current.c.source == Reading.source)
            & (current.c.revision == Reading.revision),
        )
    # Unique within a measure and a day, as the tie of a page must be.
    tie = Reading.source + "/" + func.lpad(cast(Reading.revision, Text), 19, "0")
    return await page(session, query, asked, sorts={"read_on": Reading.read_on}, tie=tie)
