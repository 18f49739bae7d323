"""Questions about needs, and holding several still while they are changed."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.need.model import OPEN_STATES, Need
from strategy.offering.model import Offering, OfferingStatus

# As an array operator, because that is what the index on need_ids answers.
SERVED = exists().where(Offering.status == OfferingStatus.LAUNCHED, Offering.need_ids.contains(array([Need.id])))


async def hold(session: AsyncSession, ids: Collection[UUID]) -> list[Need]:
    """Those that exist, in one order, so that two who hold several wait for each other instead of both giving up."""
    query = select(Need).where(Need.id.in_(ids)).order_by(Need.id).with_for_update(key_share=True)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


def conditions(
    *,
    is_open: bool | None,
    assessed: bool | None,
    served: bool | None,
    min_importance: int | None,
    min_opportunity: int | None,
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
