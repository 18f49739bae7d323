"""Questions about alignment: scores, coverage of objectives, and the way from objectives to services and back."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy import tree
from strategy.alignment.model import Alignment, Overlaps
from strategy.initiative.lifecycle import ACTIVE
from strategy.initiative.model import Initiative
from strategy.objective.model import Objective

MILLIONTH = Decimal("0.000001")


def in_force(kind: type[Objective] | type[Alignment], on: date) -> ColumnElement[bool]:
    return (kind.starts_on <= on) & or_(kind.ends_on.is_(None), kind.ends_on > on)


def scores(target: Any, on: date) -> Any:
    """A table of `id`, `weighted`, `weight`, `score`, `objectives`; `target` is a column of Alignment.

    score = Σ weight·strength / Σ weight over all objectives in force, half up to six decimals, in whole numbers so that
    no digit of the quotient is lost before it is rounded; null where all weights are zero.
    """
    weight = select(func.sum(Objective.weight)).where(in_force(Objective, on)).scalar_subquery()
    weighted = func.sum(Objective.weight * Alignment.strength)
    linked = (
        select(target.label("id"), weighted.label("weighted"), weight.label("weight"), func.count().label("objectives"))
        .join(Objective, Objective.id == Alignment.objective_id)
        .where(target.is_not(None), in_force(Objective, on), in_force(Alignment, on))
        .group_by(target)
        .subquery()
    )
    millionths = func.div(linked.c.weighted * 2_000_000 + linked.c.weight, linked.c.weight * 2, type_=Numeric)
    score = case((linked.c.weight > 0, millionths * MILLIONTH))
    return select(*linked.c, score.label("score")).subquery()


async def refuse_overlap(session: AsyncSession, alignment: Alignment) -> None:
    """Exact while the objective is held. Raises Overlaps with the id of the other one."""
    same = [
        getattr(Alignment, name) == getattr(alignment, name)
        for name in ("objective_id", "service_id", "offering_id", "initiative_id")
        if getattr(alignment, name) is not None
    ]
    query = select(Alignment.id).where(*same, Alignment.id != alignment.id)
    query = query.where(or_(Alignment.ends_on.is_(None), Alignment.ends_on > alignment.starts_on))
    if alignment.ends_on:
        query = query.where(Alignment.starts_on < alignment.ends_on)
    with session.no_autoflush:
        other = await session.scalar(query.limit(1))
    if other:
        raise Overlaps("End the other alignment first, or change it.", existing_id=str(other))


def coverage(on: date) -> Select[*tuple[Any, ...]]:
    """Objectives in force, with how many services, offerings and initiatives serve them or what lies below them; of
    the initiatives also how many are at work and how many of these are funded."""
    below = tree.standing_below(Objective)
    served = (
        select(
            below.c.top,
            func.count(Alignment.service_id.distinct()).label("services"),
            func.count(Alignment.offering_id.distinct()).label("offerings"),
            func.count(Initiative.id.distinct()).label("initiatives"),
            func.count(Initiative.id.distinct()).filter(Initiative.status.in_(ACTIVE)).label("active"),
            func.count(Initiative.id.distinct())
            .filter(Initiative.status.in_(ACTIVE), Initiative.funding.is_not(None))
            .label("funded"),
        )
        .join(Alignment, Alignment.objective_id == below.c.id)
        .join(Objective, Objective.id == below.c.id)
        .outerjoin(Initiative, Initiative.id == Alignment.initiative_id)
        .where(in_force(Alignment, on), in_force(Objective, on))
        .group_by(below.c.top)
        .subquery()
    )
    counts = [
        func.coalesce(served.c[name], 0).cast(Integer).label(name)
        for name in ("services", "offerings", "initiatives", "active", "funded")
    ]
    columns = (Objective.id.label("objective_id"), Objective.code, Objective.name, Objective.weight)
    query = select(*columns, *counts).outerjoin(served, served.c.top == Objective.id)
    return query.where(in_force(Objective, on))
