"""Balances as of any day: the kept ones of the periods before, and the lines of the period that holds the day."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from finance.fiscal_period.model import FiscalPeriod
from finance.ledger.model import JournalEntry, JournalLine, PeriodBalance
from finance.ledger.queries import CLOSING, SUMS, line_sums

KEPT: tuple[Any, ...] = (
    PeriodBalance.account_id,
    PeriodBalance.cost_object_id,
    PeriodBalance.currency,
    PeriodBalance.closing,
)
SUMMED: tuple[Any, ...] = (JournalLine.account_id, JournalLine.cost_object_id, JournalLine.currency, CLOSING)


async def balances_on(session: AsyncSession, day: date) -> Select[Any]:
    """Rows of account, cost object, currency, closing, and sums (as PeriodBalance has them) up to and with `day`.

    Only the lines of one period are read, and none when `day` is the last of its own.
    """
    first = await session.scalar(
        select(FiscalPeriod.starts_on).where(FiscalPeriod.starts_on <= day, FiscalPeriod.ends_on > day + timedelta(1))
    )
    sums = [getattr(PeriodBalance, name) for name in SUMS]
    kept = (
        select(*KEPT, *sums)
        .join(FiscalPeriod, FiscalPeriod.id == PeriodBalance.fiscal_period_id)
        .where(FiscalPeriod.starts_on < (first or day + timedelta(1)))
    )
    if first is None:
        return kept
    summed = line_sums(*SUMMED).where(JournalEntry.posted_on >= first, JournalEntry.posted_on <= day)
    return select(union_all(kept, summed).subquery())
