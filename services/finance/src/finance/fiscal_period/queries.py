"""Questions about fiscal years and periods."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from chassis.problems import NoSuchResource
from finance.fiscal_period.model import FiscalPeriod, FiscalYear


async def held(session: AsyncSession, id: UUID, *, version: int | None = None) -> FiscalPeriod:
    """The period, once every posting into it has ended, and with new ones waiting until this transaction ends."""
    await session.execute(select(FiscalPeriod.id).where(FiscalPeriod.id == id).with_for_update())
    return await found(session, FiscalPeriod, id, version=version)


async def year_of(session: AsyncSession, code: str) -> FiscalYear:
    year = await session.scalar(select(FiscalYear).where(FiscalYear.code == code))
    if year is None:
        raise NoSuchResource(f"There is no fiscal year {code}.")
    return year
