"""Questions about offerings."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import NoSuchResource
from strategy.market_space.model import MarketSpace
from strategy.need.model import Need
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.offering.schemas import ReshapeOffering


async def refuse_unknown(session: AsyncSession, command: ReshapeOffering) -> None:
    """Raises NoSuchResource for a need or a market space that does not exist."""
    await _refuse_unknown(session, Need, command.need_ids)
    await _refuse_unknown(session, MarketSpace, command.market_space_ids)


async def _refuse_unknown(session: AsyncSession, kind: type[Need] | type[MarketSpace], ids: Collection[UUID]) -> None:
    known = set((await session.scalars(select(kind.id).where(kind.id.in_(ids)))).all())
    if unknown := [id for id in ids if id not in known]:
        raise NoSuchResource(f"There is no {kind.__name__} with the id {unknown[0]}.")


async def next_revision(session: AsyncSession, code: str) -> int:
    return 1 + (await session.scalar(select(func.max(Offering.revision)).where(Offering.code == code)) or 0)


async def launched_before(session: AsyncSession, code: str) -> Offering | None:
    """The revision that is launched now."""
    query = select(Offering).where(Offering.code == code, Offering.status == OfferingStatus.LAUNCHED)
    revision: Offering | None = await session.scalar(query.with_for_update(key_share=True))
    return revision


async def launched_with(session: AsyncSession, service_id: UUID) -> list[Offering]:
    """The launched offerings that are made of a service."""
    query = select(Offering).where(
        Offering.status == OfferingStatus.LAUNCHED, Offering.service_ids.contains([service_id])
    )
    return list((await session.scalars(query.order_by(Offering.id).with_for_update(key_share=True))).all())
