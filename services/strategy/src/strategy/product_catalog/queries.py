"""What offerings and market spaces name, found for a whole page at once."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from strategy.known_service.model import KnownService
from strategy.market_space.model import MarketSpace
from strategy.need.model import Need
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.product_catalog.writing import Surroundings
from strategy.segment.model import Segment


def stands(codes: Collection[str] | None = None) -> ColumnElement[bool]:
    """Of each offering the revision that stands for it: the launched one, else the newest."""
    launched_first = case((Offering.status == OfferingStatus.LAUNCHED, 0), else_=1)
    best = (
        select(Offering.id)
        .ext(distinct_on(Offering.code))
        .order_by(Offering.code, launched_first, Offering.revision.desc())
    )
    return Offering.id.in_(best if codes is None else best.where(among(Offering.code, codes)))


async def surroundings(session: AsyncSession, offerings: Sequence[Offering]) -> Surroundings:
    spaces = {id for offering in offerings for id in offering.market_space_ids}
    services = {id for offering in offerings for id in offering.service_ids}
    codes = {code for offering in offerings for code in offering.bundle_codes}
    return Surroundings(
        spaces=await spaces_by_id(session, spaces),
        services={
            one.id: one for one in await session.scalars(select(KnownService).where(among(KnownService.id, services)))
        },
        parts={one.code: one for one in await session.scalars(select(Offering).where(stands(codes)))},
        segments=await _segments(session, offerings),
    )


async def spaces_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, MarketSpace]:
    return {one.id: one for one in await session.scalars(select(MarketSpace).where(among(MarketSpace.id, ids)))}


async def children(session: AsyncSession, spaces: Sequence[MarketSpace]) -> Mapping[UUID, list[MarketSpace]]:
    """What lies directly in each of these."""
    found: dict[UUID, list[MarketSpace]] = {space.id: [] for space in spaces}
    query = select(MarketSpace).where(among(MarketSpace.parent_id, found.keys())).order_by(MarketSpace.code)
    for child in await session.scalars(query):
        if child.parent_id:
            found[child.parent_id].append(child)
    return found


async def _segments(session: AsyncSession, offerings: Sequence[Offering]) -> dict[UUID, list[Segment]]:
    """Those that want the needs that each offering addresses."""
    pairs = select(Offering.id, func.unnest(Offering.need_ids).label("need_id")).where(
        among(Offering.id, [offering.id for offering in offerings])
    )
    addressed = pairs.subquery()
    query = (
        select(addressed.c.id, Segment)
        .distinct()
        .join(Need, Need.id == addressed.c.need_id)
        .join(Segment, Segment.id == Need.segment_id)
        .order_by(addressed.c.id, Segment.code)
    )
    found: dict[UUID, list[Segment]] = {}
    for id, segment in await session.execute(query):
        found.setdefault(id, []).append(segment)
    return found
