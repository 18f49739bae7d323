"""Keeping beside the services what Backstage says of its entities beyond them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.sent_descriptors import Sent
from portfolio.backstage_entity.descriptor import Named
from portfolio.backstage_entity.intake import kept
from portfolio.backstage_entity.model import BackstageEntity


async def keep(session: AsyncSession, everything: Iterable[Sent[Named[Any]]], source: str) -> None:
    """Their external ids are stored."""
    taken = {one.entity.reference.key: (one, kept(one.entity)) for one in everything if one.entity}
    mine = BackstageEntity.source == source, among(BackstageEntity.external_id, taken)
    before = {row.external_id: row for row in await session.scalars(select(BackstageEntity).where(*mine))}
    for key, (sent, said) in taken.items():
        row = before.get(key)
        if row is None:
            session.add(BackstageEntity(source=source, external_id=key, kept=said))
        elif row.kept != said:
            row.kept = said
        else:
            continue
        sent.is_changed()
