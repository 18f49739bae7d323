"""The operations on segments and on their rules."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import InvalidRequest
from chassis.text import Code, Day
from strategy.customer.model import Customer
from strategy.holding import held
from strategy.market_space.model import MarketSpace
from strategy.segment import queries
from strategy.segment.model import CodeTaken, OtherBasis, RuleMissing, Segment, SegmentBasis, SegmentRule
from strategy.segment.schemas import (
    DefineSegment,
    DescribeSegment,
    MemberView,
    Rule,
    SegmentCount,
    SegmentHistory,
    SegmentRuleView,
    SegmentView,
)

router = Router("segments")

READ, WRITE = "strategy:segment:read", "strategy:segment:write"
SOME_ID = "01928f6e-5a00-7000-8000-000000000000"
RULE = {"kinds": ["internal_unit"], "sizes": [{"measure": "headcount", "at_least": "5000"}]}
MONTHS = 60

On = Annotated[Day | None, Query(description="Today when left out.")]


@router.operation(
    "POST",
    "/segments",
    permission=WRITE,
    problems=[CodeTaken, RuleMissing],
    status=201,
    example={"code": "large", "name": "Large units", "market_space_id": SOME_ID, "basis": "rule", "rule": RULE},
)
async def define_segment(command: DefineSegment, session: Session, today: Today) -> SegmentView:
    """Define a segment of a market space, by a rule or by a list of members."""
    await found(session, MarketSpace, command.market_space_id)
    said = command.model_dump(exclude={"rule", "valid_from"})
    segment = Segment.define(**said, has_rule=command.rule is not None)
    session.add(segment)
    await session.flush()
    if command.rule:
        rule = command.rule.model_dump(mode="json")
        session.add(SegmentRule(segment_id=segment.id, valid_from=command.valid_from or today, rule=rule))
        await session.flush()
    return SegmentView.model_validate(segment)


@router.operation("GET", "/segments", permission=READ)
async def list_segments(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    market_space_id: UUID | None = None,
    basis: SegmentBasis | None = None,
) -> Page[SegmentView]:
    """List segments."""
    exact = {"code": code, "market_space_id": market_space_id, "basis": basis}
    query = select(Segment).filter_by(**{name: value for name, value in exact.items() if value is not None})
    return await page(session, query, asked, sorts={"code": Segment.code, "name": Segment.name}, tie=Segment.id)


@router.operation("GET", "/segments/{segment_id}", permission=READ)
async def get_segment(segment_id: UUID, session: Session) -> SegmentView:
    """Show a segment."""
    return SegmentView.model_validate(await found(session, Segment, segment_id))


@router.operation(
    "PUT",
    "/segments/{segment_id}",
    permission=WRITE,
    example={"name": "Large units", "market_space_id": SOME_ID},
)
async def describe_segment(
    segment_id: UUID, command: DescribeSegment, version: ExpectedVersion, session: Session
) -> SegmentView:
    """Change what is said about a segment, or move it to another market space."""
    segment = await found(session, Segment, segment_id, version=version)
    await found(session, MarketSpace, command.market_space_id)
    segment.describe(**dict(command))
    await session.flush()
    return SegmentView.model_validate(segment)


@router.operation(
    "PUT", "/segments/{segment_id}/rules/{valid_from}", permission=WRITE, problems=[OtherBasis], example=RULE
)
async def state_segment_rule(segment_id: UUID, valid_from: Day, command: Rule, session: Session) -> SegmentRuleView:
    """State the rule that holds from a day on; the same again changes nothing, another one corrects it."""
    segment = await held(session, Segment, segment_id)
    known = await session.get(SegmentRule, (segment_id, valid_from))
    rule = command.model_dump(mode="json")
    if known is None or known.rule != rule:
        known = await session.merge(segment.rule_from(valid_from, rule))
        await session.flush()
    return SegmentRuleView.model_validate(known)


@router.operation("GET", "/segments/{segment_id}/rules", permission=READ)
async def list_segment_rules(segment_id: UUID, session: Session, asked: AskedPage) -> Page[SegmentRuleView]:
    """List the rules that a segment has, had and will have."""
    await found(session, Segment, segment_id)
    query = select(SegmentRule).where(SegmentRule.segment_id == segment_id)
    sorts = {"valid_from": SegmentRule.valid_from}
    return await page(session, query, asked, sorts=sorts, tie=SegmentRule.segment_id)


@router.operation("GET", "/segments/{segment_id}/members", permission=READ)
async def list_segment_members(
    segment_id: UUID, session: Session, asked: AskedPage, today: Today, on: On = None
) -> Page[MemberView]:
    """List the customers that belong to a segment on a day, merged ones as their survivors.

    Rules, lists and sizes are taken as of that day; kinds, names, external ids and the tree as they are now.
    """
    members = await queries.members_of(session, segment_id, on=on or today)
    query = select(Customer).where(Customer.id.in_(members))
    return await page(session, query, asked, sorts={"code": Customer.code, "name": Customer.name}, tie=Customer.id)


@router.operation("GET", "/segments/{segment_id}/count", permission=READ)
async def count_segment(
    segment_id: UUID, session: Session, today: Today, on: On = None, measure: Code | None = None
) -> SegmentCount:
    """Count the members of a segment on a day, and how large they are together by a measure."""
    segment = await found(session, Segment, segment_id)
    (count,) = await queries.counts(session, segment, [on or today], measure=measure)
    return count


@router.operation("GET", "/segments/{segment_id}/history", permission=READ)
async def show_segment_history(
    segment_id: UUID, session: Session, starts_on: Day, ends_on: Day, measure: Code | None = None
) -> SegmentHistory:
    """Count the members of a segment on the first day of each month of a range of at most 60 months."""
    segment = await found(session, Segment, segment_id)
    days = _months(starts_on, ends_on)
    return SegmentHistory(counts=await queries.counts(session, segment, days, measure=measure))


def _months(starts_on: date, ends_on: date) -> list[date]:
    """The first days of months from `starts_on` until before `ends_on`."""
    first = starts_on.year * 12 + starts_on.month - (1 if starts_on.day == 1 else 0)
    last = ends_on.year * 12 + ends_on.month - (1 if ends_on.day == 1 else 0)
    if not 0 < last - first <= MONTHS:
        raise InvalidRequest(f"Give a range with the first days of 1 to {MONTHS} months.")
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last)]
