"""Questions about the catalog and the portfolio as a whole."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from portfolio.catalog.schemas import CatalogEntry, Facets, FacetValue, PortfolioSummary, StageCount, StatusCount
from portfolio.known_price import keeping as known_prices
from portfolio.service.model import Service
from portfolio.service.terms import Stage, Status
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.schemas import ServiceLevelView

VALUES_PER_FACET = 100
FACETS = {
    "kind": Service.kind,
    "criticality": Service.criticality,
    "tag": func.unnest(Service.tags),
    "market_space_id": func.unnest(Service.market_space_ids),
}


async def facets(session: AsyncSession, conditions: Sequence[ColumnElement[bool]]) -> Facets:
    """All facets in one statement; a value that is not given counts nowhere."""
    counted = union_all(*(_facet(name, value, conditions) for name, value in FACETS.items()))
    found: dict[str, list[FacetValue]] = defaultdict(list)
    for facet, value, services in await session.execute(counted):
        found[facet].append(FacetValue(value=value, services=services))
    ranked = {name: sorted(found[name], key=lambda seen: (-seen.services, seen.value)) for name in FACETS}
    return Facets(**ranked)


def _facet(name: str, value: Any, conditions: Sequence[ColumnElement[bool]]) -> Select[str, str, int]:
    given = select(cast(value, Text).label("value")).where(*conditions).subquery()
    services = func.count()
    query = select(literal(name), given.c.value, services).where(given.c.value.is_not(None)).group_by(given.c.value)
    top = query.order_by(services.desc(), given.c.value).limit(VALUES_PER_FACET).subquery()
    return select(*top.c)


async def entries(session: AsyncSession, services: Sequence[Service], today: date) -> list[CatalogEntry]:
    """These services as customers see them."""
    ids = [service.id for service in services]
    levels, prices = await _service_levels(session, ids), await known_prices.current(session, ids, today)
    return [
        CatalogEntry(
            service_id=service.id,
            code=service.code,
            name=service.name,
            kind=service.kind,
            description=service.description,
            owner=service.owner,
            criticality=service.criticality,
            market_space_ids=service.market_space_ids,
            tags=service.tags,
            launched_on=service.launched_on,
            service_levels=[ServiceLevelView.model_validate(level) for level in levels[service.id]],
            options=prices[service.id],
        )
        for service in services
    ]


async def _service_levels(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[ServiceLevel]]:
    query = select(ServiceLevel).where(among(ServiceLevel.service_id, ids), ServiceLevel.ended_on.is_(None))
    found: dict[UUID, list[ServiceLevel]] = defaultdict(list)
    for level in await session.scalars(query.order_by(ServiceLevel.name)):
        found[level.service_id].append(level)
    return found


async def summary(session: AsyncSession) -> PortfolioSummary:
    counted = await session.execute(select(Service.status, func.count()).group_by(Service.status))
    counts = {status: services for status, services in counted}  # noqa: C416 - a row is no pair for the type checker
    return PortfolioSummary(services=sum(counts.values()), stages=[_stage(stage, counts) for stage in Stage])


def _stage(stage: Stage, counts: dict[Status, int]) -> StageCount:
    statuses = [StatusCount(status=it, services=counts.get(it, 0)) for it in Status if it.stage is stage]
    return StageCount(stage=stage, services=sum(count.services for count in statuses), statuses=statuses)
