"""Questions about initiatives: their gate, and who waits for whom."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CTE

from chassis.problems import NoSuchResource
from strategy.holding import held
from strategy.initiative.lifecycle import InitiativeStatus
from strategy.initiative.milestone import InitiativeDependency, Milestone, MilestoneDependency
from strategy.initiative.model import Initiative
from strategy.initiative.readiness import Blocker, ReadinessCondition
from strategy.known_service.model import KnownService

LOCK = "dependencies of initiatives"


async def refuse_unknown_services(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Raises NoSuchResource for a service that the portfolio has not announced."""
    known = set((await session.scalars(select(KnownService.id).where(KnownService.id.in_(ids)))).all())
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


def begin_of(id: UUID) -> str:
    return f"begin {id}"


def end_of(id: UUID) -> str:
    return f"end {id}"


def reached(id: UUID) -> str:
    return f"reach {id}"


async def waits_for(session: AsyncSession, part: str, other: str) -> bool:
    """Whether `part` waits for `other`, directly or through others, milestones and whole initiatives together: each
    milestone waits for the begin of its initiative, and the end of an initiative for all of its milestones."""
    edges = _edges()
    start = select(literal(part, Text).label("part")).cte("awaited", recursive=True)
    walk = start.union(select(edges.c.needs).where(edges.c.part == start.c.part))
    found = await session.scalar(select(func.count()).select_from(walk).where(walk.c.part == other))
    return bool(found)


def _edges() -> CTE:
    def part(kind: str, column: object) -> object:
        return func.concat(literal(f"{kind} ", Text), column)

    m, between, among = Milestone, MilestoneDependency, InitiativeDependency
    pairs = [
        (part("reach", between.milestone_id), part("reach", between.needs_id)),
        (part("begin", among.initiative_id), part("end", among.needs_id)),
        (part("reach", m.id), part("begin", m.initiative_id)),
        (part("end", m.initiative_id), part("reach", m.id)),
        (part("end", Initiative.id), part("begin", Initiative.id)),
    ]
    return union_all(*(select(one.label("part"), other.label("needs")) for one, other in pairs)).cte("edges")  # type: ignore[attr-defined]
