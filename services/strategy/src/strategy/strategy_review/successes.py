"""Takes down what came of each initiative that has begun, for each objective that it serves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import Money, of_fraction
from strategy.alignment.model import Alignment
from strategy.alignment.queries import in_force
from strategy.initiative.model import Initiative
from strategy.objective.measure import Measure, Reading
from strategy.strategy_review.snapshot import (
    Listed,
    MeasuredSuccess,
    ReviewedMeasure,
    ReviewedObjective,
    ReviewedSuccess,
)
from strategy.strategy_review.success import DECIMALS, Course, per_thousand, since, together

MOST = 1_000

Starts = Mapping[tuple[UUID, UUID], tuple[Decimal, date]]


async def success_on(
    session: AsyncSession, on: date, objectives: Sequence[ReviewedObjective], invested: Mapping[UUID, Sequence[Money]]
) -> Listed[ReviewedSuccess]:
    """Of the objectives that are listed; `invested` per initiative."""
    listed = {it.objective_id: it for it in objectives}
    began = Initiative.started_on.is_not(None), in_force(Alignment, on), among(Alignment.objective_id, list(listed))
    columns = Initiative, Initiative.started_on, Alignment.objective_id, Alignment.strength
    rows = (await session.execute(select(*columns).join(Alignment).where(*began))).all()
    serving = Counter(row.objective_id for row in rows)
    shown = sorted(rows, key=lambda row: (row.Initiative.code, listed[row.objective_id].code))[:MOST]
    starts = await _starts(session, [row.Initiative.id for row in shown])
    items = [
        _success(row, listed[row.objective_id], starts, invested.get(row.Initiative.id, ()), serving[row.objective_id])
        for row in shown
    ]
    return Listed(items=items, left_out=len(rows) - len(shown))


async def _starts(session: AsyncSession, initiative_ids: Sequence[UUID]) -> Starts:
    """Per initiative and measure what was read last up to the day on which the initiative began, and when."""
    query = (
        select(Initiative.id, Measure.id, Reading.value, Reading.read_on)
        .join(Alignment, Alignment.initiative_id == Initiative.id)
        .join(Measure, Measure.objective_id == Alignment.objective_id)
        .join(Reading, (Reading.measure_id == Measure.id) & (Reading.read_on <= Initiative.started_on))
        .where(among(Initiative.id, initiative_ids))
        .ext(distinct_on(Initiative.id, Measure.id))
        .order_by(
            Initiative.id,
            Measure.id,
            Reading.read_on.desc(),
            Reading.recorded_at.desc(),
            Reading.revision.desc(),
            Reading.source,
        )
    )
    return {(id, measure): (value, on) for id, measure, value, on in await session.execute(query)}


def _success(
    row: Any, objective: ReviewedObjective, starts: Starts, invested: Sequence[Money], serving: int
) -> ReviewedSuccess:
    initiative: Initiative = row.Initiative
    measures = [
        _measured(it, row.started_on, starts.get((initiative.id, it.measure_id)), invested, serving)
        for it in objective.measures.items
    ]
    return ReviewedSuccess(
        initiative_id=initiative.id,
        initiative_code=initiative.code,
        objective_id=objective.objective_id,
        objective_code=objective.code,
        strength=row.strength,
        started_on=row.started_on,
        word=together([it.word for it in measures]),
        measures=measures,
    )


def _measured(
    measure: ReviewedMeasure,
    began_on: date,
    start: tuple[Decimal, date] | None,
    invested: Sequence[Money],
    serving: int,
) -> MeasuredSuccess:
    started, start_read_on = start or (measure.baseline, None)
    now = since(began_on, value=measure.value, read_on=measure.read_on)
    course = Course(measure.baseline, measure.target, measure.direction, started, now)
    gained = course.gained
    told, not_told = per_thousand(gained, invested, initiatives=serving)
    return MeasuredSuccess(
        measure_id=measure.measure_id,
        name=measure.name,
        unit=measure.unit,
        started_at=started,
        start_read_on=start_read_on,
        target=measure.target,
        value=now,
        read_on=measure.read_on if now is not None else None,
        gained=None if gained is None else of_fraction(gained, DECIMALS),
        word=course.word,
        gained_per_thousand=told,
        not_told=not_told,
    )
