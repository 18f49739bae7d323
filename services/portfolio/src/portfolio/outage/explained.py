"""How the availability of one window came about: every figure, and every outage with what it took."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import of_fraction
from portfolio.days import DayRange
from portfolio.measurement import by_window
from portfolio.measurement.error_budget import error_budget
from portfolio.measurement.model import DECIMALS
from portfolio.measurement.schemas import ErrorBudgetView
from portfolio.outage.availability import MICROSECOND, Availability, availability, counted, seconds
from portfolio.outage.calculation import hours_of, touching
from portfolio.outage.schemas import SHOWN, AvailabilityView
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.terms import SHARES, Direction
from portfolio.service_level.windows import span_of

NAMED = ("kind", "summary", "starts_at", "ends_at")


async def explained(session: AsyncSession, level: ServiceLevel, on: date, at: datetime) -> AvailabilityView:
    """Of the window that holds the day, also of one that is not over yet. The level is one in a unit of shares."""
    calendar = level.calendar
    window = DayRange(calendar.start(on), calendar.end(on))
    span = span_of(window, calendar.zone)
    hours = (await hours_of(session, {level.service_calendar_id}))[level.service_calendar_id]
    outages = (await session.scalars(touching([level.service_id], span))).all()
    downs = [outage.down for outage in outages]
    found = availability(span, hours, downs, now=at)
    took = counted(span, hours, downs, now=at)
    target = await _target(session, level, window.starts_on)
    whole = SHARES[level.unit]
    shown = {name: seconds(getattr(found, name)) for name in ("agreed", "elapsed", "excluded", "downtime")}
    return AvailabilityView.model_validate(
        {
            "service_level_id": level.id,
            **vars(window),
            "starts_at": span.start,
            "ends_at": span.end,
            "closed": calendar.closed(window.starts_on, at),
            **{f"{name}_seconds": length for name, length in shown.items()},
            "availability": None if found.share is None else of_fraction(found.share * Fraction(whole), DECIMALS),
            "target": target,
            "error_budget": _budget(level, found, target),
            "outages": [
                {**{name: getattr(it, name) for name in NAMED}, "outage_id": it.id, "counted_seconds": seconds(length)}
                for it, length in zip(outages[:SHOWN], took[:SHOWN], strict=True)
            ],
        }
    )


async def _target(session: AsyncSession, level: ServiceLevel, starts_on: date) -> Decimal | None:
    changed, target, _ = by_window.target_of(starts_on)
    query = select(target).select_from(ServiceLevel).outerjoin(changed, true()).where(ServiceLevel.id == level.id)
    found: Decimal | None = await session.scalar(query)
    return found


def _budget(level: ServiceLevel, found: Availability, target: Decimal | None) -> ErrorBudgetView | None:
    whole = SHARES[level.unit]
    if target is None or level.direction is not Direction.AT_LEAST or target > whole:
        return None
    down, passed, agreed = (
        Fraction(length // MICROSECOND, 1_000_000) for length in (found.downtime, found.elapsed, found.agreed)
    )
    budget = error_budget(Fraction(target) / Fraction(whole), bad=down, passed=passed, whole=agreed)
    return ErrorBudgetView.model_validate({"unit": "seconds", **vars(budget)})
