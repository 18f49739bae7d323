"""The range of days that a question about services is asked for."""

from typing import Annotated

from fastapi import Depends, Query

from chassis.text import Day
from portfolio.days import DayRange


def asked_range(
    starts_on: Annotated[Day, Query(description="The first day.")],
    ends_on: Annotated[Day, Query(description="The first day after the range.")],
) -> DayRange:
    return DayRange.of(starts_on, ends_on)


AskedRange = Annotated[DayRange, Depends(asked_range)]
