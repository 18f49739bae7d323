"""Giving unassigned cost to whom the present rules give it, by one correction per import."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
from chassis.ids import uuid7
from finance.assignment_rule.matching import Rules
from finance.assignment_rule.queries import standing as standing_rules
from finance.cost_import import queries
from finance.cost_import.difference import Key, balanced, difference, valued
from finance.cost_import.model import CostImport, CostImportRow, CostReassignment, CostView, NotAsPosted
from finance.cost_import.placement import Chart, Misplaced, Scope
from finance.cost_import.posting import batch
from finance.cost_import.standing import as_said, standing, stored_rows
from finance.ledger.actions import Batch, post


@dataclass(frozen=True)
class Reassign:
    """Whose cost of which fiscal year or period; an `adjustment` is taken by a soft-closed period too."""

    source: str
    view: CostView
    period: str
    adjustment: bool


async def reassign(
    session: AsyncSession, asked: Reassign, *, actor: str, at: datetime
) -> tuple[int, list[CostReassignment]]:
    """The version of the rules, and what they moved of each import. What has a cost object keeps it."""
    scope = await queries.scope(session, asked.period)
    await queries.one_at_a_time(session, asked.source)
    version, rules = await standing_rules(session)
    moved: list[tuple[CostReassignment, Batch | None]] = []
    for each in await standing(session, asked.view, scope, asked.source):
        one = CostReassignment(
            id=uuid7(),
            cost_import_id=each.made.id,
            period=asked.period,
            rules_version=version,
            actor=actor,
            reassigned_at=at,
        )
        correction = await _correct(session, each.made, scope.only(each.period_ids), rules, one, asked.adjustment)
        if one.row_count:
            moved.append((one, correction))
    corrected = [(one, correction) for one, correction in moved if correction]
    if corrected:
        posted = await post(session, *(correction for _, correction in corrected))
        for (one, _), posting in zip(corrected, posted, strict=True):
            one.posting_id = posting.posting_id
    session.add_all(one for one, _ in moved)
    await session.flush()
    return version, [one for one, _ in moved]


async def _correct(
    session: AsyncSession, made: CostImport, scope: Scope, rules: Rules, one: CostReassignment, adjustment: bool
) -> Batch | None:
    """Moves the rows and says what the ledger needs for it: exactly what the same file imported again would post."""
    chart = await queries.chart(session, scope, rules, made.terms)
    before = await _sums(session, made, chart)
    one.row_count = await _move(session, made, chart, one.id)
    if not one.row_count:
        return None
    posted = await queries.posted(session, made.source, made.view, scope)
    if difference(before, posted):
        raise NotAsPosted(cost_import_id=str(made.id))
    made.unassigned -= one.row_count
    lines = difference(await _sums(session, made, chart), before)
    reference = f"{made.id}/reassignment/{one.id}"
    at, actor = one.reassigned_at, one.actor
    return batch(
        made, scope, lines, actor=actor, at=at, what="Reassigned: ", reference=reference, adjustment=adjustment
    )


async def _sums(session: AsyncSession, made: CostImport, chart: Chart) -> dict[Key, Any]:
    placed = await queries.placed(session, made.id, chart.scope, chart.rates)
    return balanced(valued(placed), chart.balancing_account_id)


async def _move(session: AsyncSession, made: CostImport, chart: Chart, id: UUID) -> int:
    count, unassigned = 0, chart.unassigned_id
    async for rows in stored_rows(session, made.id, chart.scope.period_ids, cost_object_id=unassigned):
        if placed := [place for row in rows if (place := _placed(row, chart, made.source))]:
            await _store(session, made.id, id, placed)
            count += len(placed)
    return count


def _placed(row: Row[Any], chart: Chart, source: str) -> tuple[int, UUID, UUID, int] | None:
    """Line, account, cost object, rule; None of a row that stays unassigned."""
    said = as_said(row)
    judged = chart.assigner.judge(said, row.attributes, source)
    rule = judged.cost_object
    if rule is None or rule.cost_object_id is None:
        return None
    try:
        account_id = chart.account(said.account, judged.account)
    except Misplaced:
        account_id = row.account_id
    return row.line, account_id, rule.cost_object_id, rule.position


async def _store(
    session: AsyncSession, cost_import_id: UUID, id: UUID, placed: list[tuple[int, UUID, UUID, int]]
) -> None:
    R = CostImportRow
    moved: Select[Any] = rows_of((R.line, R.account_id, R.cost_object_id, R.assigned_by), placed)
    to = moved.subquery()
    await session.execute(
        update(R)
        .where(R.cost_import_id == cost_import_id, R.line == to.c.c0)
        .values(account_id=to.c.c1, cost_object_id=to.c.c2, assigned_by=to.c.c3, reassignment_id=id)
        .execution_options(synchronize_session=False)
    )
