"""Takes down what came of each initiative that has begun, for each objective that it serves."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import Money, exact_sum, of_fraction
from strategy.alignment.model import Alignment
from strategy.alignment.queries import in_force
from strategy.initiative.model import Initiative
from strategy.objective.measure import Measure, Reading
from strategy.objective.model import Objective
from strategy.strategy_review.money import fits
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


@dataclass(frozen=True)
class Serving:
    """An initiative that has begun and serves an objective, on the day of the review."""

    objective_id: UUID
    initiative: Initiative
    started_on: date
    strength: Decimal


async def serving_on(session: AsyncSession, on: date) -> list[Serving]:
    columns = Alignment.objective_id, Initiative, Initiative.started_on, Alignment.strength
    now = in_force(Alignment, on), in_force(Objective, on)
    query = select(*columns).join(Initiative, Initiative.id == Alignment.initiative_id)
    query = query.join(Objective, Objective.id == Alignment.objective_id).where(*now)
    rows = await session.execute(query.order_by(Initiative.code, Objective.code))
    return [Serving(id, initiative, began_on, strength) for id, initiative, began_on, strength in rows if began_on]


def invested_for(serving: Sequence[Serving], invested: Mapping[UUID, list[Money]]) -> dict[UUID, list[Money]]:
    """Per objective, in all initiatives that serve it."""
    amounts: dict[UUID, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for it in serving:
        for money in invested.get(it.initiative.id, []):
            amounts[it.objective_id][money.currency].append(money.amount)
    return {
        id: [
            Money(amount=total, currency=currency) for currency in sorted(of) if fits(total := exact_sum(of[currency]))
        ]
        for id, of in amounts.items()
    }


async def success_of(
    session: AsyncSession,
    serving: Sequence[Serving],
    objectives: Sequence[ReviewedObjective],
    invested: Mapping[UUID, list[Money]],
) -> Listed[ReviewedSuccess]:
    """For the objectives that are listed."""
    listed = {it.objective_id: it for it in objectives}
    count = Counter(it.objective_id for it in serving)
    shown = [it for it in serving if it.objective_id in listed][:MOST]
    starts = await _starts(session, [it.initiative.id for it in shown])
    items = [
        _success(it, listed[it.objective_id], starts, invested.get(it.initiative.id, []), count[it.objective_id])
        for it in shown
    ]
    return Listed(items=items, left_out=len(serving) - len(shown))


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
    serving: Serving, objective: ReviewedObjective, starts: Starts, invested: list[Money], initiatives: int
) -> ReviewedSuccess:
    initiative, began_on = serving.initiative, serving.started_on
    measures = [
        _measured(it, began_on, starts.get((initiative.id, it.measure_id)), invested, initiatives)
        for it in objective.measures.items
    ]
    return ReviewedSuccess(
        initiative_id=initiative.id,
        initiative_code=initiative.code,
        objective_id=objective.objective_id,
        objective_code=objective.code,
        strength=serving.strength,
        started_on=began_on,
        invested=invested,
        word=together([it.word for it in measures]),
        measures=measures,
    )


def _measured(
    measure: ReviewedMeasure,
    began_on: date,
    start: tuple[Decimal, date] | None,
    invested: Sequence[Money],
    initiatives: int,
) -> MeasuredSuccess:
    started, start_read_on = start or (measure.baseline, None)
    now = since(began_on, value=measure.value, read_on=measure.read_on)
    course = Course(measure.baseline, measure.target, measure.direction, started, now)
    gained = course.gained
    told, not_told = per_thousand(gained, invested, initiatives=initiatives)
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
