"""Questions about objectives: how far they have come, and the current readings of their measures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import of_fraction
from strategy.objective.measure import MOST, Measure, Reading, TooMany
from strategy.objective.model import Objective
from strategy.objective.progress import Standing, clamped, together
from strategy.objective.schemas import MeasureProgress, ObjectiveProgress

DECIMALS = 6


async def refuse_too_many(session: AsyncSession, objective_id: UUID) -> None:
    """Exact while the objective is held. Raises TooMany."""
    count = await session.scalar(select(func.count()).where(Measure.objective_id == objective_id))
    if (count or 0) >= MOST:
        raise TooMany


async def current_reading(session: AsyncSession, measure_id: UUID, *, on: date, source: str) -> Reading | None:
    query = select(Reading).where(Reading.measure_id == measure_id, Reading.read_on == on, Reading.source == source)
    reading: Reading | None = await session.scalar(query.order_by(Reading.revision.desc()).limit(1))
    return reading


async def progress_of(
    session: AsyncSession, objectives: Sequence[Objective], *, as_of: date
) -> list[ObjectiveProgress]:
    """By the latest reading up to the day; of several sources on one day the one that was recorded last counts."""
    query = (
        select(Measure, Reading)
        .outerjoin(Reading, and_(Reading.measure_id == Measure.id, Reading.read_on <= as_of))
        .where(Measure.objective_id.in_([objective.id for objective in objectives]))
        .ext(distinct_on(Measure.name, Measure.id))
        .order_by(
            Measure.name,
            Measure.id,
            Reading.read_on.desc(),
            Reading.recorded_at.desc(),
            Reading.revision.desc(),
            Reading.source,
        )
    )
    measured: dict[UUID, list[tuple[Measure, Reading | None]]] = defaultdict(list)
    for measure, reading in await session.execute(query):
        measured[measure.objective_id].append((measure, reading))
    return [_progress(objective, measured[objective.id], as_of) for objective in objectives]


def _progress(
    objective: Objective, measured: Sequence[tuple[Measure, Reading | None]], as_of: date
) -> ObjectiveProgress:
    standings = [
        Standing(measure.baseline, measure.target, measure.weight, reading.value if reading else None)
        for measure, reading in measured
    ]
    whole = together(standings)
    return ObjectiveProgress(
        objective_id=objective.id,
        code=objective.code,
        name=objective.name,
        as_of=as_of,
        **_shown(whole.progress),
        coverage=_rounded(whole.coverage),
        measures=[
            _measure(measure, reading, standing)
            for (measure, reading), standing in zip(measured, standings, strict=True)
        ],
    )


def _measure(measure: Measure, reading: Reading | None, standing: Standing) -> MeasureProgress:
    said = ("name", "unit", "direction", "baseline", "target", "weight")
    return MeasureProgress(
        measure_id=measure.id,
        **{name: getattr(measure, name) for name in said},
        value=standing.reading,
        read_on=reading.read_on if reading else None,
        source=reading.source if reading else None,
        **_shown(standing.progress),
    )


def _shown(progress: Fraction | None) -> dict[str, Any]:
    return {"progress": _rounded(progress), "gauge": None if progress is None else _rounded(clamped(progress))}


def _rounded(number: Fraction | None) -> Decimal | None:
    return None if number is None else of_fraction(number, DECIMALS)
