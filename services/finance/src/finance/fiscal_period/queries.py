"""Questions about fiscal years and periods."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from chassis.problems import NoSuchResource
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.ledger.entry import Unknown


async def held(session: AsyncSession, id: UUID, *, version: int | None = None) -> FiscalPeriod:
    """The period, once every posting into it has ended, and with new ones waiting until this transaction ends."""
    await session.execute(select(FiscalPeriod.id).where(FiscalPeriod.id == id).with_for_update())
    return await found(session, FiscalPeriod, id, version=version)


async def year_of(session: AsyncSession, code: str) -> FiscalYear:
    year = await session.scalar(select(FiscalYear).where(FiscalYear.code == code))
    if year is None:
        raise NoSuchResource(f"There is no fiscal year {code}.")
    return year


async def year_holding(session: AsyncSession, day: date) -> FiscalYear:
    """Unknown for a day that no fiscal year holds."""
    year = await session.scalar(select(FiscalYear).where(FiscalYear.starts_on <= day, FiscalYear.ends_on > day))
    if year is None:
        raise Unknown(f"No fiscal year holds {day}.")
    return year
