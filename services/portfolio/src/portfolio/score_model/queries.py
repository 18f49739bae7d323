"""How items rank by a score model, in one statement."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import NoSuchResource
from portfolio.business_case.model import BusinessCase
from portfolio.business_case.terms import CaseStatus
from portfolio.score_model.model import Assessment, ScoreModel, ScoreModelVersion
from portfolio.score_model.terms import ItemKind
from portfolio.service.model import Service
from portfolio.service.terms import Status

GONE = {
    ItemKind.SERVICE: [Status.REJECTED, Status.WITHDRAWN, Status.RETIRED, Status.ARCHIVED],
    ItemKind.BUSINESS_CASE: [CaseStatus.REJECTED, CaseStatus.WITHDRAWN],
}


async def version_of(session: AsyncSession, model: ScoreModel, number: int) -> ScoreModelVersion:
    version = await session.get(ScoreModelVersion, (model.id, number))
    if version is None:
        raise NoSuchResource(f"The score model {model.code} has no version {number}.")
    return version


async def items(session: AsyncSession, kind: ItemKind, codes: Collection[str]) -> dict[str, UUID]:
    """Code → id; NoSuchResource for one that is not there."""
    item = _item(kind)
    query = select(item.code, item.id).where(item.code.in_(codes))
    if kind is ItemKind.SERVICE:
        query = query.where(item.status != Status.ARCHIVED)
    known = {row[0]: row[1] for row in await session.execute(query)}
    if missing := sorted(set(codes) - known.keys()):
        raise NoSuchResource(f"There is no {kind.replace('_', ' ')} {missing[0]}.")
    return known


def _item(kind: ItemKind) -> Any:
    return Service if kind is ItemKind.SERVICE else BusinessCase


def ranking(model: ScoreModel, number: int, period: str, kind: ItemKind) -> tuple[Select[Any], Subquery]:
    """Highest score first; of equal ones what is better covered, what is smaller, then by code. Items that were not
    assessed come last, without a rank."""
    item, a = _item(kind), Assessment
    of_item = a.service_id if kind is ItemKind.SERVICE else a.business_case_id
    name = item.name if kind is ItemKind.SERVICE else item.title
    asked = and_(of_item == item.id, a.score_model_id == model.id, a.number == number, a.period == period)
    order = (a.score.desc().nulls_last(), a.coverage.desc().nulls_last(), a.size.asc().nulls_last(), item.code, item.id)
    rank = func.rank().over(order_by=a.score.desc().nulls_last())
    ranked = (
        select(
            func.row_number().over(order_by=order).label("place"),
            rank.label("standing"),
            item.id.label("item_id"),
            item.code.label("item"),
            name.label("name"),
            a.score,
            func.coalesce(a.coverage, Decimal(0)).label("coverage"),
            a.values.label("assessed"),
        )
        .select_from(item)
        .outerjoin(a, asked)
        .where(item.status.not_in(GONE[kind]) | a.id.is_not(None))
        .subquery()
    )
    return select(ranked), ranked
