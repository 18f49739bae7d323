"""Questions about needs, and holding several still while they are changed."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.dialects.postgresql import array, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.need.model import OPEN_STATES, Need, NeedAssessment
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering

# As an array operator, because that is what the index on need_ids answers.
SERVED = exists().where(Offering.status == OfferingStatus.LAUNCHED, Offering.need_ids.contains(array([Need.id])))


async def hold(session: AsyncSession, ids: Collection[UUID]) -> list[Need]:
    """Those that exist, in one order, so that two who hold several wait for each other instead of both giving up."""
    query = select(Need).where(Need.id.in_(ids)).order_by(Need.id).with_for_update(key_share=True)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


def conditions(
    *,
    is_open: bool | None = None,
    assessed: bool | None = None,
    served: bool | None = None,
    min_importance: int | None = None,
    min_opportunity: int | None = None,
) -> list[ColumnElement[bool]]:
    """What a list of needs is narrowed by; None asks for nothing."""
    asked = [
        (is_open, Need.state.in_(OPEN_STATES), Need.state.not_in(OPEN_STATES)),
        (assessed, Need.satisfaction.is_not(None), Need.satisfaction.is_(None)),
        (served, SERVED, ~SERVED),
    ]
    at_least = [(min_importance, Need.importance), (min_opportunity, Need.opportunity_score)]
    return [
        *(yes if answer else no for answer, yes, no in asked if answer is not None),
        *(column >= least for least, column in at_least if least is not None),
    ]


def ranking(on: date, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Needs by their opportunity score as of a day, the highest first; those without a satisfaction have none."""
    A = NeedAssessment
    latest = select(A).ext(distinct_on(A.need_id)).where(A.assessed_on <= on)
    held = latest.order_by(A.need_id, A.assessed_on.desc()).subquery()
    of = held.c
    score = of.importance + func.greatest(of.importance - of.satisfaction, 0)
    rank = func.rank().over(order_by=(score.desc(), of.importance.desc())).label("rank")
    whose = Need.statement, Need.asked_by, Need.customer_id, Need.market_space_id, Need.segment_id
    ratings = of.importance, of.satisfaction, score.label("opportunity_score"), of.assessed_on
    query = select(rank, Need.id.label("need_id"), *whose, *ratings).join(held, of.need_id == Need.id)
    return query.where(of.satisfaction.is_not(None), *conditions)
