"""Questions about assets: maturity of a tree, gaps, capacity limits, seats; each answered by one statement."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Interval, Select, case, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.money import of_fraction
from strategy import tree
from strategy.asset.entitlement import Entitlement, SeatAllocation
from strategy.asset.maturity import Node, Standing, standings
from strategy.asset.model import Asset, AssetAssessment, Capacity
from strategy.asset.need import AssetNeed, NeedOverlaps
from strategy.asset.schemas import MaturityTreeView, MaturityView, SeatsView

DECIMALS, LISTED = 6, 500


def latest_assessed(column: Any, as_of: date) -> Any:
    """What the latest assessment up to the day says of the asset of the enclosing statement."""
    assessed = select(column).where(AssetAssessment.asset_id == Asset.id, AssetAssessment.assessed_on <= as_of)
    return assessed.order_by(AssetAssessment.assessed_on.desc()).limit(1).scalar_subquery()


def latest_maturity(as_of: date) -> Any:
    return latest_assessed(AssetAssessment.maturity, as_of)


async def maturity_of(session: AsyncSession, asset: Asset, *, as_of: date) -> MaturityTreeView:
    """Of the asset and of those directly below it, the first 500 by code; all count in the mean."""
    below = tree.below(Asset, asset.id)
    query = select(Asset.id, Asset.parent_id, latest_maturity(as_of).label("own"))
    rows = (await session.execute(query.where(or_(Asset.id == asset.id, Asset.id.in_(below))))).all()
    nodes = [Node(row.id, row.parent_id if row.id != asset.id else None, row.own) for row in rows]
    found, own = standings(nodes), {node.id: node.own for node in nodes}
    listed = select(Asset).where(Asset.parent_id == asset.id).order_by(Asset.code).limit(LISTED)
    children = (await session.scalars(listed)).all()
    shown = [_shown(child, found[child.id], own[child.id], as_of) for child in children if child.id in found]
    return MaturityTreeView(**_shown(asset, found[asset.id], own[asset.id], as_of).model_dump(), children=shown)


def _shown(asset: Asset, standing: Standing, own: Decimal | None, as_of: date) -> MaturityView:
    shortfall = None
    if standing.maturity is not None and asset.target_maturity is not None:
        shortfall = of_fraction(max(Fraction(asset.target_maturity) - standing.maturity, Fraction(0)), DECIMALS)
    return MaturityView(
        asset_id=asset.id,
        code=asset.code,
        name=asset.name,
        as_of=as_of,
        maturity=None if standing.maturity is None else of_fraction(standing.maturity, DECIMALS),
        own_maturity=own,
        target_maturity=asset.target_maturity,
        shortfall=shortfall,
        leaves=standing.leaves,
        assessed=standing.assessed,
        coverage=of_fraction(standing.coverage, DECIMALS),
    )


def gaps(as_of: date) -> Any:
    """A table of the assets below which there are no others, that have a target and were assessed, the widest gap
    first; of equal gaps the larger shortfall, then the code decides."""
    child = aliased(Asset)
    maturity = latest_maturity(as_of)
    standing = (
        select(Asset.id, maturity.label("maturity"))
        .where(Asset.target_maturity.is_not(None), ~exists().where(child.parent_id == Asset.id))
        .subquery()
    )
    shortfall = func.greatest(Asset.target_maturity - standing.c.maturity, 0)
    gap = shortfall * Asset.weight
    order = (gap.desc(), shortfall.desc(), Asset.code)
    return (
        select(
            func.row_number(type_=BigInteger).over(order_by=order).label("rank"),
            Asset.id.label("asset_id"),
            Asset.code,
            Asset.name,
            Asset.kind,
            Asset.type,
            standing.c.maturity,
            Asset.target_maturity,
            shortfall.label("shortfall"),
            Asset.weight,
            gap.label("gap"),
        )
        .join(standing, standing.c.id == Asset.id)
        .where(standing.c.maturity.is_not(None))
        .subquery()
    )


def capacity_limits() -> Select[*tuple[Any, ...]]:
    """Per asset and month of which the capacity is known, with what is needed of it."""
    needed = (
        select(func.coalesce(func.sum(AssetNeed.quantity), 0))
        .where(AssetNeed.asset_id == Capacity.asset_id, AssetNeed.starts_on <= Capacity.starts_on)
        .where(or_(AssetNeed.ends_on.is_(None), AssetNeed.ends_on > Capacity.starts_on))
        .scalar_subquery()
    )
    month = cast(literal("1 month"), Interval)
    return select(
        Asset.id.label("asset_id"),
        Asset.code,
        Asset.name,
        Asset.kind,
        Asset.type,
        Asset.unit,
        Capacity.starts_on,
        cast(Capacity.starts_on + month, Date).label("ends_on"),
        Capacity.available,
        Capacity.used,
        case((Capacity.used.is_not(None), func.greatest(Capacity.used - Capacity.available, 0))).label("over_use"),
        needed.label("needed"),
        (Capacity.available - needed).label("free"),
    ).join(Asset, Asset.id == Capacity.asset_id)


async def is_counted(session: AsyncSession, asset_id: UUID) -> bool:
    """Whether quantities in the unit of the asset are known; exact while the asset is held."""
    capacity, need = exists().where(Capacity.asset_id == asset_id), exists().where(AssetNeed.asset_id == asset_id)
    return bool(await session.scalar(select(or_(capacity, need))))


async def refuse_overlap(session: AsyncSession, need: AssetNeed) -> None:
    """Exact while the asset is held. Raises NeedOverlaps with the id of the other one."""
    who = AssetNeed.service_id == need.service_id if need.service_id else AssetNeed.offering_id == need.offering_id
    query = select(AssetNeed.id).where(AssetNeed.asset_id == need.asset_id, who, AssetNeed.id != need.id)
    query = query.where(or_(AssetNeed.ends_on.is_(None), AssetNeed.ends_on > need.starts_on))
    if need.ends_on:
        query = query.where(AssetNeed.starts_on < need.ends_on)
    with session.no_autoflush:
        other = await session.scalar(query.limit(1))
    if other:
        raise NeedOverlaps("Change or end the other need first.", existing_id=str(other))


async def allocations_of(session: AsyncSession, entitlement_id: UUID) -> Sequence[SeatAllocation]:
    query = select(SeatAllocation).where(SeatAllocation.entitlement_id == entitlement_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def seats_of(session: AsyncSession, asset_id: UUID, *, on: date) -> SeatsView:
    """Each entitlement once: those who share it sit on the seats of the one that may use the most."""
    own = func.coalesce(func.sum(SeatAllocation.seats).filter(SeatAllocation.shared.is_(False)), 0)
    shared = func.coalesce(func.max(SeatAllocation.seats).filter(SeatAllocation.shared.is_(True)), 0)
    each = (
        select(Entitlement.id, Entitlement.seats, (own + shared).label("allocated"))
        .outerjoin(SeatAllocation, SeatAllocation.entitlement_id == Entitlement.id)
        .where(Entitlement.asset_id == asset_id, Entitlement.starts_on <= on)
        .where(or_(Entitlement.ends_on.is_(None), Entitlement.ends_on > on))
        .group_by(Entitlement.id)
        .cte("each")
    )
    services = (
        select(func.count(SeatAllocation.service_id.distinct()))
        .where(SeatAllocation.entitlement_id.in_(select(each.c.id)))
        .scalar_subquery()
    )
    sums = [func.coalesce(func.sum(each.c[name]), 0).label(name) for name in ("seats", "allocated")]
    row = (await session.execute(select(func.count(each.c.id), *sums, services))).one()
    count, seats, allocated, using = (int(figure) for figure in row)
    return SeatsView(
        asset_id=asset_id,
        on=on,
        entitlements=count,
        seats=seats,
        allocated=allocated,
        free=seats - allocated,
        services=using,
    )
