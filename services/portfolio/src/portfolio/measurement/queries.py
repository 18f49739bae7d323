"""How far service levels were attained: of N promised, M measured, K met, each in one statement.

A window weighs the weight of its service level times its days: health = Σ of the windows met / Σ of those measured,
and coverage = Σ of those measured / Σ of all that closed in the range, or were measured before.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, Select, and_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum, round_to
from portfolio.days import DayRange
from portfolio.measurement import by_window
from portfolio.measurement.schemas import AttainedLevel, Attainment, AttainmentCounts, AttainmentSummary, Outcome
from portfolio.service.model import Service
from portfolio.service.terms import STAGES, Status
from portfolio.service_level.model import ServiceLevel

SHARE_DECIMALS = 4
UNKNOWN = 2  # stands where a health, which is at most 1, is not known


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """To four decimals; None of nothing."""
    return round_to(Decimal(part) / Decimal(whole), SHARE_DECIMALS) if whole else None


def attained(within: DayRange, at: datetime, services: Collection[UUID] | None = None) -> Select[Any]:
    """One row per service level, of these services or all: its value over the range, and what its windows came to."""
    chosen = by_window.of_services(services)
    w = by_window.windows(within, chosen).c
    changed, target, _ = by_window.target_of(w.starts_on)
    first, first_target, _ = by_window.target_of(within.starts_on)
    value = by_window.value_over(w)
    outcome = case(
        (by_window.unknown(first_target, value), Outcome.NOT_MEASURED),
        (by_window.kept(value, first_target), Outcome.MET),
        else_=Outcome.MISSED,
    )
    judged, met = by_window.promised(target, w.value), by_window.kept(w.value, target)
    days = by_window.after(w.starts_on) - w.starts_on
    measured_days, met_days = (func.coalesce(func.sum(days).filter(it), 0) for it in (judged, and_(judged, met)))
    begins, ends = by_window.first_from(within.starts_on), by_window.first_from(within.ends_on)
    closed = func.least(ends, by_window.start(by_window.today(at)))
    early = func.coalesce(func.sum(days).filter(judged, w.starts_on >= closed), 0)
    newest_first = w.starts_on.desc()
    return (
        select(
            ServiceLevel,
            first_target.label("range_target"),
            value.label("value"),
            outcome.label("outcome"),
            func.count(w.starts_on).label("periods"),
            func.array_agg(aggregate_order_by(w.value, newest_first)).filter(w.value.is_not(None)).label("values"),
            func.array_agg(aggregate_order_by(met, newest_first)).filter(judged).label("met"),
            func.max(w.as_of).label("as_of"),
            (ServiceLevel.weight * met_days).label("weight_met"),
            (ServiceLevel.weight * measured_days).label("weight_measured"),
            (ServiceLevel.weight * (func.greatest(closed - begins, 0) + early)).label("weight_expected"),
        )
        .outerjoin(w.starts_on.table, w.service_level_id == ServiceLevel.id)
        .outerjoin(changed, true())
        .outerjoin(first, true())
        .where(chosen)
        .group_by(ServiceLevel.id, first.c.target)
    )


async def attainment(
    session: AsyncSession, services: Collection[UUID], within: DayRange, at: datetime
) -> dict[UUID, Attainment]:
    """Of each of these services; of one without service levels, an attainment that counts none."""
    query = attained(within, at, services).order_by(ServiceLevel.name)
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in await session.execute(query):
        rows[row.ServiceLevel.service_id].append(row)
    return {id: _of(rows[id]) for id in services}


def _level(row: Any) -> AttainedLevel:
    level, met = row.ServiceLevel, row.met or []
    return AttainedLevel(
        service_level_id=level.id,
        name=level.name,
        metric=level.metric,
        unit=level.unit,
        window=level.window,
        direction=level.direction,
        target=row.range_target,
        weight=level.weight,
        outcome=row.outcome,
        value=row.value,
        latest_value=row.values[0] if row.values else None,
        periods=row.periods,
        periods_measured=len(row.values or []),
        periods_met=sum(met),
        missed_in_a_row=len(list(takewhile(lambda kept: not kept, met))),
        attainment=ratio(sum(met), len(met)),
        as_of=row.as_of,
    )


def _of(rows: Sequence[Any]) -> Attainment:
    levels = [_level(row) for row in rows]
    outcomes = Counter(level.outcome for level in levels)
    newest = max((level.as_of for level in levels if level.as_of), default=None)
    weights = (exact_sum(getattr(row, name) for row in rows) for name in WEIGHTS)
    counts = counted(
        met=outcomes[Outcome.MET], missed=outcomes[Outcome.MISSED], levels=len(levels), as_of=newest, weights=[*weights]
    )
    return Attainment(**dict(counts), service_levels=levels)


WEIGHTS = ("weight_met", "weight_measured", "weight_expected")


def counted(
    *, met: int, missed: int, levels: int, as_of: datetime | None, weights: Sequence[Decimal]
) -> AttainmentCounts:
    """`weights` are of what was met, of what was measured, and of all."""
    measured = met + missed
    return AttainmentCounts(
        levels=levels,
        measured=measured,
        met=met,
        missed=missed,
        not_measured=levels - measured,
        health=ratio(weights[0], weights[1]),
        share_measured=ratio(measured, levels),
        coverage=ratio(weights[1], weights[2]),
        as_of=as_of,
    )


async def attainment_summary(session: AsyncSession, within: DayRange, at: datetime) -> AttainmentSummary:
    """Over all services that are in the catalog, or were until some day after the range began."""
    levels = attained(within, at).join(Service).where(in_catalog(within)).subquery()
    met, missed = (func.count().filter(levels.c.outcome == outcome) for outcome in (Outcome.MET, Outcome.MISSED))
    services = func.count(levels.c.service_id.distinct())
    weights = (func.coalesce(func.sum(levels.c[name]), 0) for name in WEIGHTS)
    query = select(met, missed, func.count(), services, func.max(levels.c.as_of), *weights).select_from(levels)
    row = (await session.execute(query)).one()
    counts = counted(met=row[0], missed=row[1], levels=row[2], as_of=row[4], weights=row[5:])
    return AttainmentSummary(**dict(counts), services=row[3], starts_on=within.starts_on, ends_on=within.ends_on)


_CATALOG = [status for status, stage in STAGES.items() if stage == "catalog"]


def in_catalog(within: DayRange) -> Any:
    """Whether a service is in the catalog, or was until some day after the range began."""
    still = and_(Service.status.in_([Status.RETIRED, Status.ARCHIVED]), Service.retired_on > within.starts_on)
    return or_(Service.status.in_(_CATALOG), still)


def health(within: DayRange, at: datetime) -> tuple[Any, Any]:
    """One row per service of the catalog, in one statement; and its health as a column, UNKNOWN where it is."""
    levels = attained(within, at).subquery()
    met, missed = (func.count().filter(levels.c.outcome == outcome) for outcome in (Outcome.MET, Outcome.MISSED))
    sums = [func.coalesce(func.sum(levels.c[name]), 0) for name in WEIGHTS]
    grouped = (
        select(
            levels.c.service_id,
            func.count().label("levels"),
            met.label("met"),
            missed.label("missed"),
            func.round(sums[0] / func.nullif(sums[1], 0), SHARE_DECIMALS).label("health"),
            func.round(sums[1] / func.nullif(sums[2], 0), SHARE_DECIMALS).label("coverage"),
            func.max(levels.c.as_of).label("as_of"),
        )
        .group_by(levels.c.service_id)
        .subquery("health")
    )
    g = grouped.c
    query = (
        select(
            Service.id.label("service_id"),
            Service.code,
            Service.name,
            Service.kind,
            Service.criticality,
            *(func.coalesce(g[name], 0).label(name) for name in ("levels", "met", "missed")),
            g.health,
            g.coverage,
            g.as_of,
        )
        .outerjoin(grouped, g.service_id == Service.id)
        .where(in_catalog(within))
    )
    return query, func.coalesce(g.health, UNKNOWN, type_=Numeric())
