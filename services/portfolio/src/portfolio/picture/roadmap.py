"""When services come and go: a bar each, for all that has a day in a range or lives through it."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, cast, func, literal, or_, select

from portfolio.days import DayRange
from portfolio.service.model import Service
from portfolio.service.terms import Status

S = Service
NEVER_COMES = (Status.REJECTED, Status.WITHDRAWN)


def roadmap(within: DayRange, today: date) -> tuple[Select[Any], ColumnElement[date]]:
    """Rows in the words of `schemas.Bar`, and the day by which they are sorted: the first one of each bar."""
    begins: ColumnElement[date] = func.coalesce(S.launched_on, S.planned_launch_on)
    ends = func.coalesce(S.retired_on, S.retires_on)
    late = cast(func.coalesce(S.launched_on, cast(literal(today), Date)) - S.planned_launch_on, Integer)
    waits = and_(S.launched_on.is_(None), S.planned_launch_on > today)
    query = select(
        S.id.label("service_id"),
        S.code,
        S.name,
        S.status,
        S.kind,
        S.planned_launch_on,
        S.launched_on,
        S.retires_on,
        S.retired_on,
        case((waits, None), else_=late).label("days_late"),
    ).where(
        S.status.not_in(NEVER_COMES),
        begins < within.ends_on,
        or_(ends.is_(None), ends >= within.starts_on),
    )
    return query, begins
