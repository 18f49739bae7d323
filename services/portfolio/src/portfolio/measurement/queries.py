"""How far service levels were attained: of N promised, M measured, K met, each in one statement."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, and_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import round_to
from portfolio.days import DayRange
from portfolio.measurement.model import DECIMALS, WHOLE, Measurement
from portfolio.measurement.schemas import AttainedLevel, Attainment, AttainmentCounts, AttainmentSummary, Outcome
from portfolio.service.model import Service
from portfolio.service.terms import STAGES, Status
from portfolio.service_level.model import Direction, ServiceLevel

SHARE_DECIMALS = 4


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """To four decimals; None of nothing."""
    return round_to(Decimal(part) / Decimal(whole), SHARE_DECIMALS) if whole else None


def once(within: DayRange, services: Collection[UUID] | None) -> Subquery:
    """Each period that begins in the range once per level: of several sources, what was recorded last."""
    m = Measurement
    wanted = select(ServiceLevel.id).where(ServiceLevel.service_id.in_(services or ()))
    query = (
        select(m)
        .ext(distinct_on(m.service_level_id, m.period_starts_on))
        .where(m.period_starts_on >= within.starts_on, m.period_starts_on < within.ends_on)
        .where(true() if services is None else m.service_level_id.in_(wanted))
        .order_by(m.service_level_id, m.period_starts_on, m.value.is_(None), m.recorded_at.desc(), m.source)
    )
    return query.subquery("once")


def _meets(value: Any) -> Any:
    at_least = ServiceLevel.direction == Direction.AT_LEAST
    return case((at_least, value >= ServiceLevel.target), else_=value <= ServiceLevel.target)


def attained(within: DayRange, services: Collection[UUID] | None = None) -> Select[Any]:
    """One row per service level, of these services or all: its value over the range, and what its periods came to."""
    m = once(within, services).c
    measured = m.value.is_not(None)
    met, cases = (func.sum(volume).filter(measured) for volume in (m.volume_met, m.volume))
    share = met / func.nullif(cases, 0) * case(WHOLE, value=ServiceLevel.unit)
    by_volume = func.count(m.value) == func.count(m.volume_met).filter(measured)
    value = func.trim_scale(func.round(case((by_volume, share), else_=func.avg(m.value)), DECIMALS))
    newest_first = aggregate_order_by(m.value, m.period_starts_on.desc())
    # A level that promises no figure is neither kept nor broken, whatever was measured.
    promised = ServiceLevel.target.is_not(None)
    unknown = or_(value.is_(None), ~promised)
    outcome = case((unknown, Outcome.NOT_MEASURED), (_meets(value), Outcome.MET), else_=Outcome.MISSED)
    return (
        select(
            ServiceLevel,
            value.label("value"),
            outcome.label("outcome"),
            func.count(m.id).label("periods"),
            func.array_agg(newest_first).filter(measured).label("values"),
            func.array_agg(aggregate_order_by(_meets(m.value), m.period_starts_on.desc()))
            .filter(measured, promised)
            .label("met"),
            func.max(m.recorded_at).label("as_of"),
        )
        .outerjoin(m.id.table, m.service_level_id == ServiceLevel.id)
        .where(true() if services is None else ServiceLevel.service_id.in_(services))
        .group_by(ServiceLevel.id)
    )


async def attainment(session: AsyncSession, services: Collection[UUID], within: DayRange) -> dict[UUID, Attainment]:
    """Of each of these services; of one without service levels, an attainment that counts none."""
    query = attained(within, services).order_by(ServiceLevel.name)
    levels: dict[UUID, list[AttainedLevel]] = defaultdict(list)
    for row in await session.execute(query):
        levels[row.ServiceLevel.service_id].append(_level(row))
    return {id: _of(levels[id]) for id in services}


def _level(row: Any) -> AttainedLevel:
    level, met = row.ServiceLevel, row.met or []
    return AttainedLevel(
        service_level_id=level.id,
        name=level.name,
        metric=level.metric,
        unit=level.unit,
        window=level.window,
        direction=level.direction,
        target=level.target,
        outcome=row.outcome,
        value=row.value,
        latest_value=row.values[0] if row.values else None,
        periods=row.periods,
        periods_measured=len(row.values or []),
        periods_met=sum(met),
        missed_in_a_row=len(list(takewhile(lambda kept: not kept, met))),
        as_of=row.as_of,
    )


def _of(levels: Sequence[AttainedLevel]) -> Attainment:
    outcomes = Counter(level.outcome for level in levels)
    newest = max((level.as_of for level in levels if level.as_of), default=None)
    counts = counted(met=outcomes[Outcome.MET], missed=outcomes[Outcome.MISSED], levels=len(levels), as_of=newest)
    return Attainment(**dict(counts), service_levels=list(levels))


def counted(*, met: int, missed: int, levels: int, as_of: datetime | None) -> AttainmentCounts:
    measured = met + missed
    return AttainmentCounts(
        levels=levels,
        measured=measured,
        met=met,
        missed=missed,
        not_measured=levels - measured,
        health=ratio(met, measured),
        share_measured=ratio(measured, levels),
        as_of=as_of,
    )


async def attainment_summary(session: AsyncSession, within: DayRange) -> AttainmentSummary:
    """Over all services that are in the catalog, or were until some day after the range began."""
    still = and_(Service.status.in_([Status.RETIRED, Status.ARCHIVED]), Service.retired_on > within.starts_on)
    promised = attained(within).join(Service).where(or_(Service.status.in_(_CATALOG), still)).subquery()
    met, missed = (func.count().filter(promised.c.outcome == outcome) for outcome in (Outcome.MET, Outcome.MISSED))
    services = func.count(promised.c.service_id.distinct())
    query = select(met, missed, func.count(), services, func.max(promised.c.as_of)).select_from(promised)
    row = (await session.execute(query)).one()
    counts = counted(met=row[0], missed=row[1], levels=row[2], as_of=row[4])
    return AttainmentSummary(**dict(counts), services=row[3], starts_on=within.starts_on, ends_on=within.ends_on)


_CATALOG = [status for status, stage in STAGES.items() if stage == "catalog"]
