"""What reports are asked for: a range of whole fiscal periods."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import text

from chassis.operations import Session
from chassis.text import Day
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies, period_range

RANGED = [NotWholePeriods, SeveralCurrencies]


# What several statements find must fit together, whatever is posted in between. To be said before the first of them.
SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def asked_range(session: Session, starts_on: Day, ends_on: Day) -> PeriodRange:
    await session.execute(SNAPSHOT)
    return await period_range(session, starts_on, ends_on)


AskedRange = Annotated[PeriodRange, Depends(asked_range)]
