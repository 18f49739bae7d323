"""What hangs together with a need, an objective or a service: offerings, services, initiatives and objectives."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from strategy import tree
from strategy.alignment.model import Alignment
from strategy.alignment.queries import in_force
from strategy.initiative.model import Initiative
from strategy.known_service.model import KnownService
from strategy.need.model import Need
from strategy.objective.model import Objective
from strategy.offering.bundle import made_of
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.value_chain.schemas import ChainPart, MissingPart

MOST = {
    ChainPart.NEEDS: 500,
    ChainPart.OFFERINGS: 200,
    ChainPart.SERVICES: 1_000,
    ChainPart.INITIATIVES: 500,
    ChainPart.OBJECTIVES: 500,
}
T = TypeVar("T")


@dataclass
class Reach:
    """`made_of` leads from an offering to its services; `counted` are the services that the totals are of."""

    needs: Sequence[UUID] = ()
    offerings: Sequence[Offering] = ()
    made_of: dict[UUID, list[UUID]] = field(default_factory=dict)
    services: Sequence[UUID] = ()
    counted: Collection[UUID] = ()
    initiatives: Sequence[Initiative] = ()
    objectives: Sequence[Objective] = ()
    alignments: Sequence[Alignment] = ()
    missing: list[MissingPart] = field(default_factory=list)

    def first(self, part: ChainPart, found: Sequence[T]) -> Sequence[T]:
        """As many as an answer holds; that others are left out is said."""
        if len(found) > MOST[part]:
            reason = f"Only the first {MOST[part]:,} {part} are shown and counted."
            self.missing.append(MissingPart(part=part, reason=reason))
        return found[: MOST[part]]


@dataclass(frozen=True)
class Reaching:
    """Offerings and initiatives that ended before `since` are history; objectives and alignments are those in force
    `on` a day."""

    session: AsyncSession
    on: date
    since: date

    async def from_need(self, need: Need) -> Reach:
        """Initiatives are those that build or change the services."""
        reach = Reach(needs=[need.id])
        await self._offerings(reach, Offering.need_ids.contains([need.id]))
        launched = [it.id for it in reach.offerings if it.status is OfferingStatus.LAUNCHED]
        await self._services(reach)
        reach.counted = {service for id in launched for service in reach.made_of.get(id, ())}
        await self._initiatives(reach, Initiative.service_ids.overlap(list(reach.services)))
        await self._objectives(reach)
        return reach

    async def from_service(self, service: KnownService) -> Reach:
        """Offerings are those that name it themselves, and needs those that they address."""
        reach = Reach(services=[service.id], counted=[service.id])
        await self._offerings(reach, Offering.service_ids.contains([service.id]))
        reach.made_of = {offering.id: [service.id] for offering in reach.offerings}
        self._needs(reach)
        await self._initiatives(reach, Initiative.service_ids.contains([service.id]))
        await self._objectives(reach)
        return reach

    async def from_objective(self, objective: Objective) -> Reach:
        """All that serves it or an objective below it, directly, by an initiative or by an offering."""
        reach = Reach()
        below = tree.below(Objective, objective.id)
        stands = or_(Objective.id == objective.id, Objective.id.in_(below)), in_force(Objective, self.on)
        objectives = await self._all(ChainPart.OBJECTIVES, Objective, Objective.code, *stands)
        reach.objectives = reach.first(ChainPart.OBJECTIVES, objectives)
        of_them = among(Alignment.objective_id, [it.id for it in reach.objectives])
        reach.alignments = await self._aligned(of_them)
        await self._offerings(reach, among(Offering.id, _named(reach.alignments, "offering_id")))
        await self._initiatives(reach, among(Initiative.id, _named(reach.alignments, "initiative_id")))
        direct = _named(reach.alignments, "service_id")
        await self._services(reach, *direct, *(id for it in reach.initiatives for id in it.service_ids))
        reach.counted = reach.services
        self._needs(reach)
        return reach

    async def _all(self, part: ChainPart, kind: type[T], order: Any, *conditions: ColumnElement[bool]) -> Sequence[T]:
        query = select(kind).where(*conditions).order_by(order).limit(MOST[part] + 1)
        return (await self.session.scalars(query)).all()

    async def _offerings(self, reach: Reach, condition: ColumnElement[bool]) -> None:
        """Superseded revisions are left out: their successors are there."""
        recent = Offering.withdrawn_on.is_(None) | (Offering.withdrawn_on >= self.since)
        current = Offering.status != OfferingStatus.SUPERSEDED, recent
        found = await self._all(ChainPart.OFFERINGS, Offering, Offering.code, condition, *current)
        reach.offerings = reach.first(ChainPart.OFFERINGS, found)

    async def _services(self, reach: Reach, *others: UUID) -> None:
        pairs = made_of(_any_of([it.id for it in reach.offerings])).c
        services = func.array_agg(pairs.service_id)
        query = select(pairs.offering_id, services).group_by(pairs.offering_id)
        reach.made_of = {id: sorted(made) for id, made in await self.session.execute(query)}
        found = sorted({*others, *(id for made in reach.made_of.values() for id in made)})
        reach.services = reach.first(ChainPart.SERVICES, found)

    async def _initiatives(self, reach: Reach, condition: ColumnElement[bool]) -> None:
        current = Initiative.ended_on.is_(None) | (Initiative.ended_on >= self.since)
        found = await self._all(ChainPart.INITIATIVES, Initiative, Initiative.code, condition, current)
        reach.initiatives = reach.first(ChainPart.INITIATIVES, found)

    async def _objectives(self, reach: Reach) -> None:
        """Those that are served by anything in the chain."""
        reach.alignments = await self._aligned(
            among(Alignment.service_id, reach.services)
            | among(Alignment.offering_id, [it.id for it in reach.offerings])
            | among(Alignment.initiative_id, [it.id for it in reach.initiatives])
        )
        served = among(Objective.id, _named(reach.alignments, "objective_id")), in_force(Objective, self.on)
        found = await self._all(ChainPart.OBJECTIVES, Objective, Objective.code, *served)
        reach.objectives = reach.first(ChainPart.OBJECTIVES, found)

    async def _aligned(self, condition: ColumnElement[bool]) -> Sequence[Alignment]:
        query = select(Alignment).where(condition, in_force(Alignment, self.on)).order_by(Alignment.id)
        return (await self.session.scalars(query)).all()

    def _needs(self, reach: Reach) -> None:
        needs = sorted({id for offering in reach.offerings for id in offering.need_ids})
        reach.needs = reach.first(ChainPart.NEEDS, needs)


def _named(alignments: Sequence[Alignment], column: str) -> list[UUID]:
    return sorted({id for alignment in alignments if (id := getattr(alignment, column))})


def _any_of(ids: Collection[UUID]) -> Callable[[Any], ColumnElement[bool]]:
    return lambda offering: among(offering.id, ids)
