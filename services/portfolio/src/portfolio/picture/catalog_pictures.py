"""Services of the catalog as bubbles and as rows of a heat map."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import EXACT
from portfolio.days import DayRange
from portfolio.evidence.gathering import gather
from portfolio.evidence.schemas import Evidence
from portfolio.performance_assessment.model import PerformanceAssessment
from portfolio.picture.schemas import Bubble, Cell, HeatRow, Spend
from portfolio.service.model import Service
from portfolio.service_level.terms import Window


async def bubbles(session: AsyncSession, services: Sequence[Service], within: DayRange, at: datetime) -> list[Bubble]:
    """In a handful of statements for all of them."""
    return [_bubble(evidence) for evidence in await gather(session, services, within, at)]


def _bubble(evidence: Evidence) -> Bubble:
    health, cost = evidence.attainment.health, evidence.cost
    range_ = f"starts_on={evidence.starts_on}&ends_on={evidence.ends_on}"
    return Bubble(
        service_id=evidence.service_id,
        code=evidence.code,
        name=evidence.name,
        status=evidence.status,
        criticality=evidence.criticality,
        value=evidence.alignment.score if evidence.alignment else None,
        risk=None if health is None else EXACT.subtract(Decimal(1), health),
        coverage=evidence.attainment.coverage,
        spend=Spend(amount=cost.net, currency=cost.currency) if cost else None,
        explain=f"services/{evidence.service_id}/evidence?{range_}",
    )


async def heat(session: AsyncSession, services: Sequence[Service], within: DayRange, window: Window) -> list[HeatRow]:
    """What was assessed of windows that lie in the range; one statement for all of them."""
    P = PerformanceAssessment
    query = (
        select(P)
        .where(among(P.service_id, [service.id for service in services]), P.window == window, P.number > 0)
        .where(P.starts_on >= within.starts_on, P.ends_on <= within.ends_on)
        .order_by(P.starts_on)
    )
    cells: dict[UUID, list[Cell]] = defaultdict(list)
    for assessed in await session.scalars(query):
        cells[assessed.service_id].append(Cell.model_validate(assessed))
    return [
        HeatRow(
            service_id=service.id,
            code=service.code,
            name=service.name,
            status=service.status,
            cells=cells[service.id],
        )
        for service in services
    ]
