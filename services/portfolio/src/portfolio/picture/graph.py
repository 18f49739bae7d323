"""Who uses whom, as nodes and edges."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict
from portfolio.dependency.model import Dependency
from portfolio.picture.schemas import Edge, Graph, Node
from portfolio.service.model import Service
from portfolio.service.search import Search
from portfolio.service.terms import Stage, Status

MOST_NODES, MOST_EDGES = 2_000, 20_000


class TooManyNodes(Conflict, code="portfolio.picture.too-large"):
    """Nobody can look at that many services at once: ask for fewer of them."""


async def graph(session: AsyncSession, search: Search, stage: Stage | None) -> Graph:
    """The services that are asked for, and the dependencies among them. Raises TooManyNodes."""
    conditions = search.conditions()
    if stage:
        conditions.append(Service.status.in_([status for status in Status if status.stage == stage]))
    services = (
        await session.scalars(select(Service).where(*conditions).order_by(Service.code).limit(MOST_NODES + 1))
    ).all()
    if len(services) > MOST_NODES:
        raise TooManyNodes(f"There are more than {MOST_NODES}.")
    shown = select(Service.id).where(*conditions)
    among = select(Dependency).where(Dependency.service_id.in_(shown), Dependency.uses_id.in_(shown))
    edges = (await session.scalars(among.order_by(Dependency.id).limit(MOST_EDGES + 1))).all()
    if len(edges) > MOST_EDGES:
        raise TooManyNodes(f"There are more than {MOST_EDGES} dependencies among them.")
    used_by = Counter(edge.uses_id for edge in edges)
    return Graph(
        stage=stage,
        nodes=[
            Node(
                service_id=service.id,
                code=service.code,
                name=service.name,
                status=service.status,
                kind=service.kind,
                criticality=service.criticality,
                used_by=used_by[service.id],
            )
            for service in services
        ],
        edges=[Edge.model_validate(edge) for edge in edges],
    )
