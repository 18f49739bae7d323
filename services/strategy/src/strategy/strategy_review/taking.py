"""Puts the snapshot of a strategy review together: each part in a few statements, whatever its size."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from strategy.strategy_review.assets import assets_on
from strategy.strategy_review.covered import coverage_now, market_now
from strategy.strategy_review.initiatives import initiatives_on
from strategy.strategy_review.money import costs_before, invested
from strategy.strategy_review.objectives import objectives_on
from strategy.strategy_review.snapshot import SHAPE, ReviewSnapshot
from strategy.strategy_review.successes import invested_for, serving_on, success_of


async def taken(session: AsyncSession, at: datetime) -> ReviewSnapshot:
    on = at.date()
    spent, serving = await invested(session), await serving_on(session, on)
    objectives = await objectives_on(session, on, invested_for(serving, spent))
    return ReviewSnapshot(
        shape=SHAPE,
        taken_at=at,
        as_of=on,
        objectives=objectives,
        coverage=await coverage_now(session),
        market=await market_now(session),
        assets=await assets_on(session, on),
        initiatives=await initiatives_on(session, on, spent),
        costs=await costs_before(session, on),
        success=await success_of(session, serving, objectives.items, spent),
    )
