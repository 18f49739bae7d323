"""Takes down how mature the strategic assets are, how far that is from what it should be, and how much is used."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, of_fraction
from strategy.asset.maturity import Node, Standing, standings
from strategy.asset.model import Asset, AssetAssessment, Capacity
from strategy.asset.queries import DECIMALS, capacity_limits, latest_assessed
from strategy.strategy_review.snapshot import Listed, ReviewedAsset, ReviewedCapacity

MOST = 500


async def assets_on(session: AsyncSession, on: date) -> Listed[ReviewedAsset]:
    latest = (latest_assessed(column, on) for column in (AssetAssessment.maturity, AssetAssessment.assessed_on))
    rows = (await session.execute(select(Asset, *latest).order_by(Asset.code))).all()
    found = standings([Node(asset.id, asset.parent_id, own) for asset, own, _ in rows])
    assessed_on = _latest_days({asset.id: (asset.parent_id, day) for asset, _, day in rows})
    parents = {asset.parent_id for asset, _, _ in rows}
    capacities = await _capacities(session, on.replace(day=1))
    reviewed = [
        _reviewed(asset, found[asset.id], assessed_on[asset.id], asset.id in parents, capacities.get(asset.id))
        for asset, _, _ in rows
    ]
    ranked = sorted(reviewed, key=lambda it: -(it.gap or Decimal(0)))
    return Listed(items=ranked[:MOST], left_out=max(len(ranked) - MOST, 0))


def _latest_days(assessed: dict[UUID, tuple[UUID | None, date | None]]) -> dict[UUID, date | None]:
    """Of each asset, or of what lies below it."""
    days: dict[UUID, date | None] = dict.fromkeys(assessed)
    parents = {parent for parent, _ in assessed.values()}
    for leaf in assessed.keys() - parents:
        at: UUID | None = leaf
        while at is not None and (day := assessed[leaf][1]):
            days[at] = max(day, days[at] or day)
            at = assessed[at][0]
    return days


def _reviewed(
    asset: Asset, standing: Standing, assessed_on: date | None, is_parent: bool, capacity: ReviewedCapacity | None
) -> ReviewedAsset:
    maturity = None if standing.maturity is None else of_fraction(standing.maturity, DECIMALS)
    gap = None
    if maturity is not None and asset.target_maturity is not None and not is_parent:
        gap = EXACT.multiply(asset.weight, max(asset.target_maturity - maturity, Decimal(0)))
    return ReviewedAsset(
        asset_id=asset.id,
        **{name: getattr(asset, name) for name in ("code", "name", "kind", "type", "target_maturity")},
        maturity=maturity,
        assessed_on=assessed_on,
        gap=gap,
        leaves=standing.leaves,
        assessed=standing.assessed,
        capacity=capacity,
    )


async def _capacities(session: AsyncSession, month: date) -> dict[UUID, ReviewedCapacity]:
    query = capacity_limits().where(Capacity.starts_on == month)
    return {row.asset_id: _capacity(row) for row in await session.execute(query)}


def _capacity(row: Any) -> ReviewedCapacity:
    known = row.used is not None and row.available > 0
    use = of_fraction(Fraction(row.used) / Fraction(row.available), DECIMALS) if known else None
    return ReviewedCapacity(
        starts_on=row.starts_on, unit=row.unit, available=row.available, used=row.used, needed=row.needed, use=use
    )
