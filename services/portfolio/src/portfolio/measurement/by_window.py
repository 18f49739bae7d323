"""What service levels came to, window by window: expressions that the database evaluates for all of them at once."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Interval,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.bulk import among
from portfolio.days import DayRange
from portfolio.measurement.model import CALCULATED, DECIMALS, Measurement
from portfolio.service_level.model import ServiceLevel, ServiceLevelTarget
from portfolio.service_level.terms import SHARES, Aggregation, Direction, Window
from portfolio.service_level.windows import LONGEST_DAYS

Column = ColumnElement[Any]

_SHIFT = func.make_interval(0, cast(ServiceLevel.year_starts_in - 1, Integer))
_LENGTH = cast(literal("1 ") + cast(ServiceLevel.window, Text), Interval)
LENGTHS: Column = case({Window.QUARTER: cast(literal("3 months"), Interval)}, value=ServiceLevel.window, else_=_LENGTH)


def start(day: Any) -> Column:
    """The first day of the window of the service level that holds the day, as Calendar.start has it."""
    unit = cast(ServiceLevel.window, Text)
    long = ServiceLevel.window.in_([Window.QUARTER, Window.YEAR])
    midnight = cast(cast(day, Date), DateTime)  # without a time zone, so that no session's zone moves it
    shifted = func.date_trunc(unit, midnight - _SHIFT) + _SHIFT
    return cast(case((long, shifted), else_=func.date_trunc(unit, midnight)), Date)


def after(starts_on: Any) -> Column:
    """The first day after the window that begins on this day."""
    return cast(starts_on + LENGTHS, Date)


def first_from(day: date) -> Column:
    """The first window that begins on this day or later."""
    return after(start(day - timedelta(days=1)))


def today(at: datetime) -> Column:
    """In the time zone of the service level."""
    return cast(func.timezone(ServiceLevel.time_zone, literal(at)), Date)


def kept(value: Any, target: Any) -> Column:
    at_least = ServiceLevel.direction == Direction.AT_LEAST
    return case((at_least, value >= target), else_=value <= target)


def target_of(starts_on: Any) -> tuple[Any, Column, Column]:
    """A lateral subquery to join, and by it the target and the warning limit of a span that begins on this day."""
    changed = (
        select(ServiceLevelTarget.target, ServiceLevelTarget.warning_limit)
        .where(ServiceLevelTarget.service_level_id == ServiceLevel.id, ServiceLevelTarget.valid_from <= starts_on)
        .order_by(ServiceLevelTarget.valid_from.desc())
        .limit(1)
        .correlate_except(ServiceLevelTarget)
        .lateral()
    )
    warning = case((changed.c.target.is_(None), ServiceLevel.warning_limit), else_=changed.c.warning_limit)
    return changed, func.coalesce(changed.c.target, ServiceLevel.target), warning


def once(within: DayRange, chosen: Column) -> Subquery:
    """Each period of a window that begins in the range once per level: of several sources, what was recorded last.
    Where the availability is calculated from outages, only that."""
    m = Measurement
    starts_on = start(m.period_starts_on)
    calculates = func.coalesce(starts_on >= ServiceLevel.outages_since, False)
    last = within.ends_on + timedelta(days=LONGEST_DAYS)
    query = (
        select(m, starts_on.label("starts_on"))
        .ext(distinct_on(m.service_level_id, m.period_starts_on))
        .join(ServiceLevel, ServiceLevel.id == m.service_level_id)
        .where(chosen, m.period_starts_on >= within.starts_on, m.period_starts_on < last)
        .where(starts_on >= within.starts_on, starts_on < within.ends_on)
        .where((m.source == CALCULATED) == calculates)
        .order_by(m.service_level_id, m.period_starts_on, m.value.is_(None), m.recorded_at.desc(), m.source)
    )
    return query.subquery("once")


def windows(within: DayRange, chosen: Column) -> CTE:
    """One row per service level and window that begins in the range and of which something was said. Evaluated once,
    whatever the planner believes: without statistics of what has just come in, it would do so once per row."""
    m = once(within, chosen).c
    measured = m.value.is_not(None)
    met, cases = (func.sum(volume).filter(measured) for volume in (m.volume_met, m.volume))
    by_volume = func.count(m.value) == func.count(m.volume_met).filter(measured)
    return (
        select(
            m.service_level_id,
            m.starts_on,
            value_of(m.value, met, cases, by_volume).label("value"),
            func.sum(m.value).label("sum"),
            func.count(m.value).label("measured"),
            met.label("volume_met"),
            cases.label("volume"),
            by_volume.label("by_volume"),
            func.bool_or(m.source == CALCULATED).label("calculated"),
            func.max(m.recorded_at).label("as_of"),
        )
        .join(ServiceLevel, ServiceLevel.id == m.service_level_id)
        .group_by(m.service_level_id, m.starts_on, ServiceLevel.id)
        .cte("windows")
        .prefix_with("MATERIALIZED")
    )


def value_of(value: Any, met: Any, cases: Any, by_volume: Any) -> Column:
    """Of the measurements of one window."""
    whole = case(SHARES, value=ServiceLevel.unit)
    mean = case((by_volume, met / func.nullif(cases, 0) * whole), else_=func.avg(value))
    return exact(_aggregated(func.sum(value), value, mean))


def value_over(w: Any) -> Column:
    """Of the windows of a range: a sum is that of a window on average, to be set against its target."""
    by_volume = func.bool_and(w.by_volume).filter(w.value.is_not(None))
    whole = case(SHARES, value=ServiceLevel.unit)
    share = func.sum(w.volume_met) / func.nullif(func.sum(w.volume), 0) * whole
    mean = case((by_volume, share), else_=func.sum(w.sum) / func.nullif(func.sum(w.measured), 0))
    return exact(_aggregated(func.avg(w.value), w.value, mean))


def _aggregated(total: Any, value: Any, mean: Any) -> Column:
    chosen = {
        Aggregation.SUM: total,
        Aggregation.MINIMUM: func.min(value),
        Aggregation.MAXIMUM: func.max(value),
    }
    return case(chosen, value=ServiceLevel.aggregation, else_=mean)


def exact(value: Any) -> Column:
    return func.trim_scale(func.round(value, DECIMALS))


def of_services(services: Collection[UUID] | None) -> Column:
    return true() if services is None else among(ServiceLevel.service_id, services)


def promised(target: Any, value: Any) -> Column:
    """Whether there is something to judge: a level that promises no figure is neither kept nor broken."""
    return and_(target.is_not(None), value.is_not(None))


def unknown(target: Any, value: Any) -> Column:
    return or_(target.is_(None), value.is_(None))


def days_of(days: Sequence[date]) -> Column:
    """The days as a column of a table of their own."""
    return select(func.unnest(literal(list(days), ARRAY(Date))).label("day")).subquery("days").c.day
