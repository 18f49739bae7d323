"""Takes down how far the objectives in force have come, and what serves them."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import Money
from strategy.alignment.queries import coverage
from strategy.objective.model import Objective
from strategy.objective.queries import progress_of
from strategy.objective.schemas import MeasureProgress, ObjectiveProgress
from strategy.strategy_review.snapshot import Listed, ReviewedMeasure, ReviewedObjective
from strategy.strategy_review.success import Course, together
from strategy.strategy_review.terms import Success

MOST, MEASURES = 500, 20


async def objectives_on(
    session: AsyncSession, on: date, invested: Mapping[UUID, list[Money]]
) -> Listed[ReviewedObjective]:
    query = coverage(on).add_columns(Objective, func.count().over().label("total"))
    rows = (await session.execute(query.order_by(Objective.weight.desc(), Objective.code).limit(MOST))).all()
    progresses = await progress_of(session, [row.Objective for row in rows], as_of=on)
    items = [
        ReviewedObjective(
            objective_id=row.objective_id,
            code=row.code,
            name=row.name,
            perspective=row.Objective.perspective,
            weight=row.weight,
            progress=progress.progress,
            coverage=progress.coverage,
            word=together([_word(it) for it in progress.measures]),
            measures=_measures(progress),
            invested=invested.get(row.objective_id, []),
            **{name: getattr(row, name) for name in ("services", "offerings", "initiatives", "active", "funded")},
        )
        for row, progress in zip(rows, progresses, strict=True)
    ]
    return Listed(items=items, left_out=rows[0].total - len(rows) if rows else 0)


def _measures(progress: ObjectiveProgress) -> Listed[ReviewedMeasure]:
    first = [_measure(it) for it in progress.measures[:MEASURES]]
    return Listed(items=first, left_out=len(progress.measures) - len(first))


def _measure(measure: MeasureProgress) -> ReviewedMeasure:
    return ReviewedMeasure(**{name: getattr(measure, name) for name in ReviewedMeasure.model_fields})


def _word(measure: MeasureProgress) -> Success:
    """On the whole way: from the baseline."""
    return Course(measure.baseline, measure.target, measure.direction, measure.baseline, measure.value).word
