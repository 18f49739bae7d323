"""Questions about initiatives: their gate, and who waits for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, Uuid, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CTE, LateralFromClause

from chassis.problems import NoSuchResource
from strategy.holding import held
from strategy.initiative.lifecycle import InitiativeStatus
from strategy.initiative.milestone import InitiativeDependency, Milestone, MilestoneDependency
from strategy.initiative.model import Initiative
from strategy.initiative.readiness import Blocker, ReadinessCondition
from strategy.known_service.model import KnownService
from strategy.known_service.queries import planned_among

LOCK = "dependencies of initiatives"


async def refuse_unknown_services(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Raises NoSuchResource for a service that the portfolio has not announced."""
    known = set((await session.scalars(select(KnownService.id).where(KnownService.id.in_(ids)))).all())
    known |= await planned_among(session, ids)
    if unknown := [id for id in ids if id not in known]:
        raise NoSuchResource(f"No service with the id {unknown[0]} has been announced.")


async def going(session: AsyncSession, id: UUID) -> Initiative:
    """The initiative, held still, to be added to. Raises NoSuchResource, Ended."""
    initiative = await held(session, Initiative, id)
    initiative.must_go_on()
    return initiative


async def conditions_of(session: AsyncSession, id: UUID) -> list[ReadinessCondition]:
    query = select(ReadinessCondition).where(ReadinessCondition.initiative_id == id).order_by(ReadinessCondition.name)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


async def unfinished_before(session: AsyncSession, id: UUID) -> list[Blocker]:
    """The initiatives that must be done before this one begins and are not."""
    needed = select(InitiativeDependency.needs_id).where(InitiativeDependency.initiative_id == id)
    query = select(Initiative).where(Initiative.id.in_(needed), Initiative.status != InitiativeStatus.COMPLETED)
    waiting = await session.scalars(query.order_by(Initiative.code))
    return [
        Blocker(it.code, f"The initiative {it.code} is {it.status}, not completed.", f"/v1/initiatives/{it.id}")
        for it in waiting
    ]


async def hold_dependencies(session: AsyncSession) -> None:
    """One at a time: two dependencies declared at once could close a loop that neither sees."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK))))


@dataclass(frozen=True)
class Part:
    """Of the one network of all initiatives: the begin or the end of an initiative, or the reach of a milestone."""

    moment: str
    id: UUID


def begin_of(id: UUID) -> Part:
    return Part("begin", id)


def end_of(id: UUID) -> Part:
    return Part("end", id)


def reach_of(id: UUID) -> Part:
    return Part("reach", id)


async def waits_for(session: AsyncSession, part: Part, other: Part) -> bool:
    """Whether `part` is or waits for `other`, directly or through others, milestones and whole initiatives together:
    each milestone waits for the begin of its initiative, and the end of an initiative for all of its milestones."""
    start = select(literal(part.moment, Text).label("moment"), literal(part.id, Uuid).label("id"))
    walk = start.cte("awaited", recursive=True)
    step = _awaited_by(walk)
    walk = walk.union(select(step.c.moment, step.c.id).select_from(walk).join(step, literal(True)))
    reached = select(literal(1)).where(walk.c.moment == other.moment, walk.c.id == other.id)
    return bool(await session.scalar(select(reached.exists())))


def _awaited_by(walk: CTE) -> LateralFromClause:
    """What the parts of `walk` wait for at once; each way is answered by an index."""
    m, between, among = Milestone, MilestoneDependency, InitiativeDependency
    ways = [
        ("reach", between.milestone_id, "reach", between.needs_id),
        ("reach", m.id, "begin", m.initiative_id),
        ("begin", among.initiative_id, "end", among.needs_id),
        ("end", m.initiative_id, "reach", m.id),
        ("end", Initiative.id, "begin", Initiative.id),
    ]
    return union_all(
        *(
            select(literal(then, Text).label("moment"), needs.label("id"))
            .where(walk.c.moment == moment, waiting == walk.c.id)
            .correlate(walk)
            for moment, waiting, then, needs in ways
        )
    ).lateral("step")
