"""Windows that have closed: their availability is calculated from outages, and then their services are assessed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.outage.calculation import calculate_due
from portfolio.performance_assessment.actions import assess_due


@dataclass(frozen=True)
class Run:
    service_levels_calculated: int
    windows: int
    announced: int
    more: bool


async def assess_closed(session: AsyncSession, at: datetime) -> Run:
    """A bounded piece of it; `more` says that there is another."""
    calculated, behind = await calculate_due(session, at)
    due = await assess_due(session, at)
    return Run(calculated, due.windows, due.announced, behind or due.more)


async def assess_by_the_clock(session: AsyncSession, at: datetime) -> bool:
    return (await assess_closed(session, at)).more
