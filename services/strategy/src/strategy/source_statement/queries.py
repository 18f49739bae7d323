"""Questions about what sources have said, each answered by one statement."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from strategy.source_statement.model import ResourceKind, SourceStatement


async def hold(session: AsyncSession) -> None:
    """One import of resources at a time, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("product catalog imports"))))


async def called(
    session: AsyncSession, source: str, *, ids: Collection[str], names: Collection[str], naming: Collection[str]
) -> list[SourceStatement]:
    """Statements of the source about what has one of these ids or names, and those that refer to one of `naming`."""
    wanted = or_(
        among(SourceStatement.external_id, ids),
        among(SourceStatement.name, names),
        SourceStatement.refers_to.overlap(list(naming)),
    )
    return list(await session.scalars(select(SourceStatement).where(SourceStatement.source == source, wanted)))


async def of_offerings(session: AsyncSession, source: str, codes: Collection[str]) -> dict[str, SourceStatement]:
    """What the source said last of the offerings with these codes."""
    query = select(SourceStatement).where(
        SourceStatement.source == source,
        SourceStatement.kind == ResourceKind.PRODUCT_OFFERING,
        among(SourceStatement.offering_code, codes),
    )
    return {statement.offering_code or "": statement for statement in await session.scalars(query)}


async def of_spaces(session: AsyncSession, source: str, ids: Collection[UUID]) -> dict[UUID, SourceStatement]:
    """What the source said last of these market spaces as categories."""
    query = select(SourceStatement).where(
        SourceStatement.source == source,
        SourceStatement.kind == ResourceKind.CATEGORY,
        among(SourceStatement.market_space_id, ids),
    )
    return {one.market_space_id: one for one in await session.scalars(query) if one.market_space_id}
