"""The range that a chain is asked for."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import text

from chassis.application import Today
from chassis.operations import Session
from chassis.problems import InvalidRequest
from chassis.text import Day
from strategy.evidence.queries import DayRange

MOST_YEARS = 20

# What several statements find must fit together, whatever is heard in between. To be said before the first of them.
SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def asked_range(
    session: Session,
    today: Today,
    starts_on: Annotated[Day | None, Query(description="The first day; a year before the end when left out.")] = None,
    ends_on: Annotated[
        Day | None, Query(description="The first day after the range; that of the next month when left out.")
    ] = None,
) -> DayRange:
    await session.execute(SNAPSHOT)
    end = ends_on or _months_after(today, 1)
    start = starts_on or _months_after(end, -12, day=end.day)
    if end <= start:
        raise InvalidRequest(f"The range ends on {end}, which is not after its first day {start}.")
    if end.year - start.year > MOST_YEARS:
        raise InvalidRequest("The range is longer than twenty years.")
    return DayRange(start, end)


def _months_after(on: date, months: int, *, day: int = 1) -> date:
    years, month = divmod(on.month - 1 + months, 12)
    return date(on.year + years, month + 1, min(day, 28))


AskedRange = Annotated[DayRange, Depends(asked_range)]
