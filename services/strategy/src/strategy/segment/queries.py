"""Who belongs to a segment on a day: its list or its rule as one statement."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from strategy.customer.model import Customer, CustomerExternalId, CustomerSize
from strategy.customer.naming import normalized
from strategy.segment.model import MemberAlready, Segment, SegmentBasis, SegmentMember, SegmentRule
from strategy.segment.schemas import Rule, SegmentCount, SizeBetween

LIVING = Customer.merged_into.is_(None)


async def members_of(session: AsyncSession, segment_id: UUID, *, on: date) -> Select[UUID]:
    """The ids of the members as a query, for other questions to be narrowed by. Raises NoSuchResource."""
    segment = await found(session, Segment, segment_id)
    return members(segment, await rules(session, segment, until=on), on=on)


async def rules(session: AsyncSession, segment: Segment, *, until: date) -> Sequence[SegmentRule]:
    """Those that hold on this day or held before, the latest first; none for a segment by list."""
    query = select(SegmentRule).where(SegmentRule.segment_id == segment.id, SegmentRule.valid_from <= until)
    return (await session.scalars(query.order_by(SegmentRule.valid_from.desc()))).all()


def members(segment: Segment, known: Sequence[SegmentRule], *, on: date) -> Select[UUID]:
    """Each once, merged ones as their survivors. `known` are rules, the latest first; nobody belongs before the first.

    What is dated (rules, lists, sizes) is taken as of the day; kinds, names, ids and the tree as they are now.
    """
    if segment.basis is SegmentBasis.LIST:
        return _listed(segment.id, on)
    rule = next((it.rule for it in known if it.valid_from <= on), None)
    if rule is None:
        return select(Customer.id).where(literal(False))
    return select(Customer.id).where(LIVING, *_conditions(Rule.model_validate(rule), on))


def _listed(segment_id: UUID, on: date) -> Select[UUID]:
    M = SegmentMember
    query = select(func.coalesce(Customer.merged_into, Customer.id)).join(M, M.customer_id == Customer.id)
    in_force = M.valid_from <= on, or_(M.valid_until.is_(None), M.valid_until > on)
    return query.where(M.segment_id == segment_id, *in_force).distinct()


def _conditions(rule: Rule, on: date) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [condition for size in rule.sizes for condition in _sized(size, on)]
    if rule.kinds:
        asked.append(Customer.kind.in_(rule.kinds))
    if rule.below:
        asked.append(Customer.id.in_(_in_trees_of(rule.below)))
    if rule.sources:
        known = CustomerExternalId.customer_id == Customer.id, CustomerExternalId.source.in_(rule.sources)
        asked.append(exists().where(*known))
    if rule.name_parts:
        parts = [Customer.normalized_name.contains(normalized(part), autoescape=True) for part in rule.name_parts]
        asked.append(or_(*parts))
    if rule.besides:
        asked.append(Customer.id.not_in(_survivors(rule.besides)))
    return asked


def size_on(measure: str, on: date) -> Any:
    """The size of a customer by a measure that is valid on a day; null when it was not measured until then."""
    S = CustomerSize
    known = S.customer_id == Customer.id, S.measure == measure, S.valid_from <= on
    return select(S.quantity).where(*known).order_by(S.valid_from.desc()).limit(1).scalar_subquery()


def _sized(asked: SizeBetween, on: date) -> list[ColumnElement[bool]]:
    size = size_on(asked.measure, on)
    bounds = [size >= asked.at_least] if asked.at_least is not None else []
    return bounds + ([size < asked.less_than] if asked.less_than is not None else [])


def _survivors(ids: Sequence[UUID]) -> Select[UUID]:
    return select(func.coalesce(Customer.merged_into, Customer.id)).where(Customer.id.in_(ids))


def _in_trees_of(roots: Sequence[UUID]) -> Select[UUID]:
    start = select(Customer.id).where(Customer.id.in_(_survivors(roots))).cte(recursive=True)
    tree = start.union(select(Customer.id).where(Customer.parent_id == start.c.id))
    return select(tree.c.id)


async def counts(
    session: AsyncSession, segment: Segment, days: Sequence[date], *, measure: str | None
) -> list[SegmentCount]:
    """How many belong on each of these days, and how large they are together by a measure: one statement for all."""
    known = await rules(session, segment, until=max(days))
    rows = await session.execute(
        union_all(*(_counted(day, members(segment, known, on=day), measure) for day in days)).order_by("day")
    )
    return [
        SegmentCount(on=on, customers=all_, measure=measure, sized=sized, size=size) for on, all_, sized, size in rows
    ]


def _counted(day: date, of: Select[UUID], measure: str | None) -> Select[Any]:
    known: Any = literal(None) if measure is None else size_on(measure, day)
    sized: Any = literal(None) if measure is None else func.count(known)
    size: Any = literal(None) if measure is None else func.sum(known)
    columns: list[Any] = [literal(day).label("day"), func.count(), sized, size]
    return select(*columns).select_from(Customer).where(Customer.id.in_(of))


async def refuse_double(session: AsyncSession, new: SegmentMember) -> None:
    """Raises MemberAlready. Exact while the segment is held."""
    M = SegmentMember
    others = M.segment_id == new.segment_id, M.customer_id == new.customer_id, M.valid_from != new.valid_from
    overlaps = [or_(M.valid_until.is_(None), M.valid_until > new.valid_from)]
    if new.valid_until is not None:
        overlaps.append(M.valid_from < new.valid_until)
    if since := await session.scalar(select(M.valid_from).where(*others, *overlaps).limit(1)):
        raise MemberAlready(f"It is a member from {since} on already.", valid_from=str(since))
