"""Bringing a file of cost data into the ledger, as the difference to what its source has posted before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from chassis.imports import FileUpload
from chassis.money import exact_sum, plain
from finance.assignment_rule.matching import Rules
from finance.assignment_rule.queries import standing
from finance.cost_import import queries
from finance.cost_import.difference import Totals, balanced, difference, valued
from finance.cost_import.model import (
    CostImport,
    CostImportPeriod,
    CostView,
    NothingAccepted,
    OtherViewPosted,
    ledger_source,
)
from finance.cost_import.placement import Chart, Scope
from finance.cost_import.staging import Staged, discard, stage
from finance.ledger.actions import Batch, post
from finance.ledger.entry import Entry
from finance.ledger.line import Line


@dataclass(frozen=True)
class Terms:
    """How a file is to be read into the ledger; accounts by code, `rates` in base currency per unit."""

    source: str
    period: str
    view: CostView
    mapping: str | None
    balancing_account: str
    default_account: str | None
    rates: Mapping[str, Decimal]


async def import_costs(
    session: AsyncSession, upload: FileUpload, terms: Terms, *, actor: str, at: datetime
) -> tuple[CostImport, bool]:
    """The import, and whether the ledger changed. A file sent again that changes nothing is the earlier import."""
    scope = await queries.scope(session, terms.period)
    rules_version, rules = await standing(session)
    chart = await _chart(session, scope, terms, rules)
    made = CostImport(**_stated(terms), id=uuid7(), rules_version=rules_version, actor=actor, imported_at=at)
    made.cover(starts_on=scope.starts_on, ends_on=scope.ends_on, base_currency=scope.base_currency)
    staged = await stage(session, upload, chart, terms.source, made.id)
    made.count(
        digest=upload.digest,
        accepted=upload.accepted,
        rejected=upload.rejected,
        skipped=upload.skipped,
        unassigned=staged.unassigned,
    )
    if not made.accepted:
        raise NothingAccepted(rejections=[row.model_dump() for row in upload.rejections[:100]])
    await _alone(session, terms, scope)
    totals = valued(await queries.placed(session, made.id, terms.rates))
    posted = await queries.posted(session, terms.source, terms.view, scope)
    lines = difference(balanced(totals, chart.balancing_account_id), posted)
    earlier = await queries.newest(session, terms.source, terms.view, terms.period)
    if not lines and earlier and made.says_what(earlier):
        await discard(session, made.id)
        return earlier, False
    made.posting_id = await _post(session, made, scope, lines) if lines else None
    session.add(made)
    await session.flush()
    session.add_all(_periods(made.id, scope, totals, staged))
    await session.flush()
    return made, bool(lines)


def _stated(terms: Terms) -> dict[str, Any]:
    return {**vars(terms), "rates": {currency: plain(rate) for currency, rate in terms.rates.items()}}


async def _chart(session: AsyncSession, scope: Scope, terms: Terms, rules: Rules) -> Chart:
    unassigned_id = await queries.unassigned(session)
    accounts = await queries.leaf_accounts(session)
    cost_objects, closed_on = await queries.cost_objects(session)
    return Chart(
        scope=scope,
        accounts={code: account.id for code, account in accounts.items()},
        cost_objects=cost_objects,
        closed_on=closed_on,
        consumers=await queries.consumers(session),
        rules=rules,
        rates=terms.rates,
        balancing_account_id=queries.fit(accounts, terms.balancing_account, result=False),
        default_account_id=queries.fit(accounts, terms.default_account, result=True) if terms.default_account else None,
        unassigned_id=unassigned_id,
    )


async def _alone(session: AsyncSession, terms: Terms, scope: Scope) -> None:
    """Refuses a source whose cost is in the ledger in the other view."""
    await queries.one_at_a_time(session, terms.source)
    other = terms.view.other
    posted = await queries.posted(session, terms.source, other, scope)
    if any(amount for amount, _ in posted.values()):
        raise OtherViewPosted(f"{terms.source} has posted its {other} cost within {scope.code}.")


async def _post(session: AsyncSession, made: CostImport, scope: Scope, lines: Mapping[UUID, list[Line]]) -> UUID | None:
    """One entry per fiscal period, dated on its first day: cost objects that close within it still take their cost."""
    name = ledger_source(made.source, made.view)
    entries = [
        Entry(
            posted_on=month.starts_on,
            description=f"{made.view.capitalize()} cost of {made.source} in {month.code}",
            source=name,
            reference=f"{made.id}/{month.code}",
            lines=lines[month.id],
        )
        for month in scope.months.values()
        if month.id in lines
    ]
    if not entries:
        return None
    (posted,) = await post(session, Batch(entries, made.actor, made.imported_at, source=name, reference=str(made.id)))
    return posted.posting_id


def _periods(id: UUID, scope: Scope, totals: Totals, staged: Staged) -> list[CostImportPeriod]:
    """Every period that the import covers, those without rows too: they are known to be empty."""
    return [
        CostImportPeriod(
            cost_import_id=id,
            fiscal_period_id=month.id,
            row_count=staged.by_period[month.id],
            base_amount=exact_sum(base for key, (_, base) in totals.items() if key.fiscal_period_id == month.id),
        )
        for month in scope.months.values()
    ]
