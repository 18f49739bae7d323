"""The windows of one service level, one by one: value against target, warning, error budget, and their trend."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import of_fraction
from chassis.problems import InvalidRequest
from portfolio.days import DayRange
from portfolio.measurement import by_window
from portfolio.measurement.error_budget import error_budget
from portfolio.measurement.mann_kendall import Movement, fewest, mann_kendall
from portfolio.measurement.model import DECIMALS
from portfolio.measurement.schemas import (
    MOST_WINDOWS,
    ErrorBudgetView,
    Outcome,
    ServiceLevelWindows,
    TrendView,
    WindowView,
)
from portfolio.outage.availability import MICROSECOND, HoursWithin
from portfolio.service_level.model import ServiceLevel, kept
from portfolio.service_level.spans import total
from portfolio.service_level.terms import SHARES, Direction, Metric
from portfolio.service_level.windows import span_of

SECOND = 1_000_000


async def judged(
    session: AsyncSession, level: ServiceLevel, within: DayRange, hours: HoursWithin, at: datetime
) -> ServiceLevelWindows:
    """Every window that begins in the range, also those of which nothing is known. InvalidRequest for too many."""
    spans = _bounded(level, within)
    rows = {row.starts_on: row for row in await _rows(session, level, spans)}
    windows = [_window(level, span, rows[span.starts_on], hours, at) for span in spans]
    counts = Counter(window.outcome for window in windows if window.closed or window.outcome != Outcome.NOT_MEASURED)
    return ServiceLevelWindows(
        service_level_id=level.id,
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        met=counts[Outcome.MET],
        missed=counts[Outcome.MISSED],
        not_measured=counts[Outcome.NOT_MEASURED],
        windows=windows,
    )


def _bounded(level: ServiceLevel, within: DayRange) -> list[DayRange]:
    spans: list[DayRange] = []
    for span in level.calendar.begun_in(within):
        if len(spans) == MOST_WINDOWS:
            raise InvalidRequest(f"More than {MOST_WINDOWS} windows begin in this range; ask for a shorter one.")
        spans.append(span)
    return spans


async def _rows(session: AsyncSession, level: ServiceLevel, spans: Sequence[DayRange]) -> Sequence[Any]:
    """One per span, with the target that held; in one statement."""
    if not spans:
        return []
    within = DayRange(spans[0].starts_on, spans[-1].ends_on)
    w = by_window.windows(within, ServiceLevel.id == level.id).c
    asked = by_window.days_of([span.starts_on for span in spans])
    changed, target, warning = by_window.target_of(asked)
    query = (
        select(asked.label("starts_on"), target.label("target"), warning.label("warning_limit"))
        .add_columns(w.value, w.volume_met, w.volume, w.by_volume, w.calculated, w.as_of)
        .select_from(ServiceLevel)
        .join(asked.table, true())
        .outerjoin(w.starts_on.table, w.starts_on == asked)
        .outerjoin(changed, true())
        .where(ServiceLevel.id == level.id)
    )
    return (await session.execute(query)).all()


def _window(level: ServiceLevel, span: DayRange, row: Any, hours: HoursWithin, at: datetime) -> WindowView:
    known = row.value is not None and row.target is not None
    met = known and kept(level.direction, row.value, row.target)
    close = row.warning_limit is not None and known and not kept(level.direction, row.value, row.warning_limit)
    return WindowView(
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        closed=level.calendar.closed(span.starts_on, at),
        target=row.target,
        warning_limit=row.warning_limit,
        value=row.value,
        outcome=(Outcome.MET if met else Outcome.MISSED) if known else Outcome.NOT_MEASURED,
        warning=met and close,
        error_budget=_budget(level, span, row, hours) if known else None,
        as_of=row.as_of,
    )


def _budget(level: ServiceLevel, span: DayRange, row: Any, hours: HoursWithin) -> ErrorBudgetView | None:
    """Of what was counted, else of the agreed time of the window; only of a promise of at least a share."""
    whole = SHARES.get(level.unit)
    if whole is None or level.direction is not Direction.AT_LEAST or row.target > whole:
        return None
    counted = row.by_volume and row.volume
    if not counted and level.metric is not Metric.AVAILABILITY:
        return None
    agreed = Fraction(total(hours(span_of(span, level.calendar.zone))) // MICROSECOND, SECOND)
    passed = Fraction(row.volume) if counted else agreed
    bad = Fraction(row.volume - row.volume_met) if counted else passed * (1 - Fraction(row.value) / Fraction(whole))
    budget = error_budget(Fraction(row.target) / Fraction(whole), bad=bad, passed=passed, whole=passed)
    unit = "cases" if counted and not row.calculated else "seconds"
    return ErrorBudgetView.model_validate({"unit": unit, **vars(budget)})


async def trend(session: AsyncSession, level: ServiceLevel, within: DayRange, significance: Decimal) -> TrendView:
    """Of the values of its measured windows; a window that was not measured leaves a gap, not a zero."""
    rows = await _rows(session, level, _bounded(level, within))
    measured = sorted((row.starts_on, row.value) for row in rows if row.value is not None)
    points = [(level.calendar.number(starts_on), value) for starts_on, value in measured]
    test = mann_kendall(points, significance)
    favored = Movement.RISING if level.direction is Direction.AT_LEAST else Movement.FALLING
    moves = test.movement in (Movement.RISING, Movement.FALLING)
    return TrendView(
        service_level_id=level.id,
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        movement=test.movement,
        favorable=test.movement is favored if moves else None,
        test="mann_kendall",
        distribution=test.distribution,
        significance=significance,
        points=len(points),
        fewest_points=fewest(significance),
        s=test.s,
        p_value=None if test.p_value is None else of_fraction(test.p_value, DECIMALS),
        slope=None if test.slope is None else of_fraction(test.slope, DECIMALS),
    )
