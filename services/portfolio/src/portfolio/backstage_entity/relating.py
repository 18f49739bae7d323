"""The relations of descriptors as dependencies of services: those that can be taken, and why the others cannot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.loops import within_loops
from chassis.problems import Problem
from chassis.sent_descriptors import Sent
from portfolio.backstage_entity.descriptor import Named
from portfolio.dependency.model import Dependency
from portfolio.service.model import Service

Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Wanted:
    """`user` uses `used`, as `sent` says at `pointer`."""

    sent: Sent[Named[Any]]
    pointer: str
    user: Service
    used: Service
    says: str | None

    @property
    def pair(self) -> Pair:
        return self.user.id, self.used.id


async def relate(session: AsyncSession, everything: Iterable[Sent[Named[Any]]], known: Mapping[str, Service]) -> None:
    """The graph of dependencies must be held. `known` are services by the references to their entities. Of relations
    that close a loop together none is taken: which of them is wrong, nobody but the owners of the entities can say."""
    wanted = [found for sent in everything if sent.entity for found in _wanted(sent, sent.entity, known)]
    if not wanted:
        return
    existing = {(user, used) for user, used in await session.execute(select(Dependency.service_id, Dependency.uses_id))}
    new: dict[Pair, Wanted] = {}
    for one in wanted:
        if one.pair not in existing:
            new.setdefault(one.pair, one)
    await _hold(session, new.values())
    looped = within_loops(existing | new.keys())
    for one in wanted:
        if one.pair in looped and one.pair not in existing:
            one.sent.leave_out(one.pointer, f"{one.user.code} would use itself by it, directly or through others")
    session.add_all(filter(None, (_declared(one) for pair, one in new.items() if pair not in looped)))


def _wanted(sent: Sent[Named[Any]], entity: Named[Any], known: Mapping[str, Service]) -> Sequence[Wanted]:
    found, service = [], known[entity.reference.key]
    for pointer, reference, relation in entity.relations():
        if (other := known.get(reference.key)) is None:
            sent.leave_out(pointer, f"{reference} is not known")
        else:
            user, used = (service, other) if relation.uses else (other, service)
            found.append(Wanted(sent, pointer, user, used, relation.says))
    return found


async def _hold(session: AsyncSession, new: Iterable[Wanted]) -> None:
    """None of them may retire, nor launch without the other, while this is being decided."""
    ids = {id for one in new for id in one.pair}
    query = select(Service).where(among(Service.id, ids)).order_by(Service.id).with_for_update(read=True)
    await session.scalars(query.execution_options(populate_existing=True))


def _declared(one: Wanted) -> Dependency | None:
    try:
        made = Dependency.declare(service=one.user, uses=one.used, reached=(), kind=one.says, criticality=None)
    except Problem as problem:
        one.sent.leave_out(one.pointer, problem.detail)
        return None
    one.sent.is_changed()
    return made
