"""Bringing a file of cost data into the ledger, as the difference to what its source has posted before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from chassis.imports import FileUpload
from chassis.money import exact_sum
from finance.assignment_rule.queries import standing
from finance.cost_import import queries
from finance.cost_import.charges import keep_charges
from finance.cost_import.difference import Totals, balanced, difference, valued
from finance.cost_import.model import (
    CostImport,
    CostImportPeriod,
    NothingAccepted,
    OtherViewPosted,
    Terms,
)
from finance.cost_import.placement import Scope
from finance.cost_import.posting import batch
from finance.cost_import.progress import Progress
from finance.cost_import.staging import Staged, discard, stage
from finance.cost_import.standing import supersede
from finance.ledger.actions import post


async def import_costs(
    session: AsyncSession, upload: FileUpload, terms: Terms, progress: Progress, *, actor: str, at: datetime
) -> tuple[CostImport, bool]:
    """The import, and whether the ledger changed. A file sent again that changes nothing is the earlier import."""
    scope = await queries.scope(session, terms.period)
    rules_version, rules = await standing(session)
    chart = await queries.chart(session, scope, rules, terms)
    made = CostImport(**terms.stated, id=uuid7(), rules_version=rules_version, actor=actor, imported_at=at)
    made.cover(starts_on=scope.starts_on, ends_on=scope.ends_on, base_currency=scope.base_currency)
    staged = await stage(session, upload, chart, terms.source, made.id, progress)
    await progress.tell(upload, now=True)
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
    totals = valued(await queries.placed(session, made.id, scope, terms.rates))
    posted = await queries.posted(session, terms.source, terms.view, scope)
    lines = difference(balanced(totals, chart.balancing_account_id), posted)
    earlier = await queries.newest(session, terms.source, terms.view, terms.period)
    if not lines and earlier and made.says_what(earlier):
        await discard(session, made.id)
        return earlier, False
    if entries := batch(made, scope, lines, actor=actor, at=at):
        (posting,) = await post(session, entries)
        made.posting_id = posting.posting_id
    session.add(made)
    await session.flush()
    session.add_all(_periods(made.id, scope, totals, staged))
    await session.flush()
    await keep_charges(session, made.id)
    await supersede(session, made, scope.period_ids, at)
    return made, bool(lines)


async def _alone(session: AsyncSession, terms: Terms, scope: Scope) -> None:
    """Refuses a source whose cost is in the ledger in the other view."""
    await queries.one_at_a_time(session, terms.source)
    other = terms.view.other
    posted = await queries.posted(session, terms.source, other, scope)
    if any(amount for amount, _ in posted.values()):
        raise OtherViewPosted(f"{terms.source} has posted its {other} cost within {scope.code}.")


def _periods(id: UUID, scope: Scope, totals: Totals, staged: Staged) -> list[CostImportPeriod]:
    """Every period that the import covers, those without rows too: they are known to be empty."""
    return [
        CostImportPeriod(
            cost_import_id=id,
            fiscal_period_id=month.id,
            row_count=staged.by_period[month.id],
            days=staged.days.get(month.id, 0),
            base_amount=exact_sum(base for key, (_, base) in totals.items() if key.fiscal_period_id == month.id),
        )
        for month in scope.months.values()
    ]
