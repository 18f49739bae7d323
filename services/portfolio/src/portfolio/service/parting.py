"""What ends with a service that goes: its dependencies and its promises, told in its history and in its neighbours'."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.bulk import among
from portfolio.dependency.model import Dependency
from portfolio.evidence.kept import KnownOffering
from portfolio.service.gates import Act
from portfolio.service.history import Transition
from portfolio.service.model import Service
from portfolio.service.terms import Status, Step
from portfolio.service_level.model import ServiceLevel

TOLD = 200  # relations of one service that are named one by one; the rest are counted in one more sentence


class End(NamedTuple):
    """One end of a dependency."""

    id: UUID
    code: str
    status: Status


@dataclass(frozen=True)
class Relations:
    """`used` are pairs: who uses whom. `promises` and `offerings` are names by service."""

    used: list[tuple[End, End]]
    promises: dict[UUID, list[str]]
    offerings: dict[UUID, list[str]]

    def told(self, id: UUID) -> list[str]:
        sentences = [f"It used {used.code}." for user, used in self.used if user.id == id]
        sentences += [f"{user.code} used it." for user, used in self.used if used.id == id]
        sentences += [f"It promised {name}." for name in self.promises[id]]
        sentences += [f"The offering {code} was made of it." for code in self.offerings[id]]
        more = len(sentences) - TOLD
        return [*sentences[:TOLD], f"And {more} more."] if more > 0 else sentences


async def relations(session: AsyncSession, ids: Collection[UUID]) -> Relations:
    """Of the services that are about to go, and are held."""
    promised = select(ServiceLevel.service_id, ServiceLevel.name).where(
        among(ServiceLevel.service_id, ids), ServiceLevel.ended_on.is_(None)
    )
    made = select(KnownOffering.service_ids, KnownOffering.code).where(
        KnownOffering.service_ids.overlap(list(ids)), KnownOffering.withdrawn_on.is_(None)
    )
    promises: dict[UUID, list[str]] = defaultdict(list)
    for service_id, name in await session.execute(promised.order_by(ServiceLevel.name)):
        promises[service_id].append(name)
    offerings: dict[UUID, list[str]] = defaultdict(list)
    for service_ids, code in await session.execute(made.order_by(KnownOffering.code)):
        for service_id in service_ids:
            offerings[service_id].append(code)
    return Relations(await _dependencies(session, ids), promises, offerings)


async def _dependencies(session: AsyncSession, ids: Collection[UUID]) -> list[tuple[End, End]]:
    user, used = aliased(Service), aliased(Service)
    query = (
        select(user.id, user.code, user.status, used.id, used.code, used.status)
        .select_from(Dependency)
        .join(user, user.id == Dependency.service_id)
        .join(used, used.id == Dependency.uses_id)
        .where(or_(among(Dependency.service_id, ids), among(Dependency.uses_id, ids)))
        .order_by(user.code, used.code)
    )
    return [(End(*row[:3]), End(*row[3:])) for row in await session.execute(query)]


async def end(session: AsyncSession, related: Relations, gone: Collection[Service], act: Act) -> None:
    """Their dependencies are removed, their promises end; each neighbour that stays is told in its history."""
    ids = {service.id: service for service in gone}
    for user, used in related.used:
        if user.id in ids and used.id not in ids:
            session.add(_note(used, f"{user.code} used it, and is {ids[user.id].status} now.", act))
        if used.id in ids and user.id not in ids:
            session.add(_note(user, f"It used {used.code}, which is {ids[used.id].status} now.", act))
    either = or_(among(Dependency.service_id, ids), among(Dependency.uses_id, ids))
    await session.execute(delete(Dependency).where(either))
    promised = update(ServiceLevel).where(among(ServiceLevel.service_id, ids), ServiceLevel.ended_on.is_(None))
    await session.execute(promised.values(ended_on=act.on, version=ServiceLevel.version + 1))


def _note(neighbour: End, sentence: str, act: Act) -> Transition:
    return Transition(
        service_id=neighbour.id,
        step=Step.RELATION_END,
        from_status=neighbour.status,
        to_status=neighbour.status,
        at=act.at,
        by=act.by,
        reason=act.reason,
        ended=[sentence],
    )
