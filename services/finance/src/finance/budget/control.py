"""Spending meets its budget: counted, stopped where a line says so, announced where it crosses a threshold."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import EXACT, plain
from finance.account.model import Account, AccountType
from finance.budget.lines import Control, DocumentKind, Sums, percent_reached, shortfall
from finance.budget.model import Budget, BudgetAlert, NotBudgeted, Overspent
from finance.budget.position import Line, Month, hold, lines, month_of, use
from finance.budget.scope import Place, Scope, nearest
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.ledger.entry import EntryKind
from finance.ledger.model import JournalEntry, JournalLine


@dataclass(frozen=True, slots=True)
class Spending:
    """Expense in base currency (less what was taken back) that falls on a scope in a month of a fiscal year.

    What the ledger brings about itself, such as a loss by revaluation, is counted but not refused.
    """

    year_id: UUID
    month: int
    scope: Scope
    refusable: bool
    amount: Decimal


async def count_entries(session: AsyncSession, entry_ids: Collection[UUID]) -> None:
    """What new entries spend is counted as actual. Raises Overspent or NotBudgeted."""
    E, L = JournalEntry, JournalLine
    ordinary = (E.kind == EntryKind.ORDINARY).label("ordinary")
    by = (FiscalYear.id, FiscalYear.starts_on, FiscalPeriod.starts_on, L.cost_object_id, Account.nature, ordinary)
    query = (
        select(*by, func.sum(L.base_amount))
        .join_from(E, L, L.entry_id == E.id)
        .join(Account, Account.id == L.account_id)
        .join(FiscalPeriod, FiscalPeriod.id == E.fiscal_period_id)
        .join(FiscalYear, FiscalYear.id == FiscalPeriod.fiscal_year_id)
        .where(among(E.id, entry_ids), among(L.entry_id, entry_ids))
        .where(Account.type == AccountType.EXPENSE, E.kind != EntryKind.CLOSING)
        .group_by(*by)
    )
    spent = [
        Spending(year_id, month_of(year_starts_on, starts_on), (cost_object_id, nature), refusable, amount)
        for year_id, year_starts_on, starts_on, cost_object_id, nature, refusable, amount in await session.execute(
            query
        )
    ]
    for year_id in sorted({each.year_id for each in spent}):
        await _count(session, year_id, [each for each in spent if each.year_id == year_id])


async def _count(session: AsyncSession, year_id: UUID, spent: Sequence[Spending]) -> None:
    places = await nearest(session, year_id, {each.scope for each in spent})
    added, refusable = _by_line(spent, places), _by_line([each for each in spent if each.refusable], places)
    if any(each.scope not in places and each.refusable and each.amount > 0 for each in spent):
        await check_unbudgeted(session, year_id)
    if not added:
        return
    held = await hold(session, {place for place, _ in added})
    await use(session, {key: Month(actual=amount) for key, amount in added.items()})
    found = await lines(session, held)
    for (place, month), amount in refusable.items():
        if amount > 0:
            refuse(DocumentKind.ACTUAL, month, upward(found, place))
    await announce(session, list(found.values()), "actual", actuals(found.values()))


def _by_line(spent: Iterable[Spending], places: Mapping[Scope, Place]) -> dict[tuple[Place, int], Decimal]:
    """What falls on each line in each month."""
    sums: dict[tuple[Place, int], Decimal] = defaultdict(Decimal)
    for each in spent:
        if place := places.get(each.scope):
            sums[place, each.month] = EXACT.add(sums[place, each.month], each.amount)
    return sums


async def check_unbudgeted(session: AsyncSession, year_id: UUID) -> bool:
    """Whether spending without a budget is worth a warning; NotBudgeted where the year does not allow it."""
    policy = (await session.get_one(FiscalYear, year_id)).unbudgeted
    if policy == Control.STOP:
        raise NotBudgeted
    return policy == Control.WARN


def upward(found: Mapping[Place, Line], place: Place) -> list[Line]:
    """A line and those above it."""
    line = found[place]
    above = upward(found, Place(place.budget_id, line.parent)) if line.parent else []
    return [line, *above]


def refuse(kind: DocumentKind, month: int, concerned: Sequence[Line]) -> list[str]:
    """The lines that warn; Overspent when one stops, with what is available on it."""
    sums: list[Sums] = [line.horizon_sums(month) for line in concerned]
    stops, warns = shortfall(sums, [(line.control(kind), line.place.line) for line in concerned])
    if stops:
        lacking = {
            line.place.line: plain(each.available.copy_negate()) for line, each in zip(concerned, sums, strict=True)
        }
        code = stops[0]
        raise Overspent(f"The line {code} lacks {lacking[code]}.", line=code, lacking=lacking[code])
    return warns


def actuals(concerned: Iterable[Line]) -> dict[Place, Decimal]:
    """What is spent of each line in the year."""
    return {line.place: line.sums().actual for line in concerned}


async def announce(session: AsyncSession, concerned: Sequence[Line], of: str, amounts: Mapping[Place, Decimal]) -> None:
    """Facts for the thresholds that the year's amount of a line has crossed since it was last looked at."""
    alerts = await _alerts(session, {line.place.budget_id for line in concerned}, of)
    for line in sorted(concerned, key=lambda each: each.place):
        budgeted, amount = line.sums().budgeted, amounts[line.place]
        alert = alerts.get(line.place) or BudgetAlert(
            budget_id=line.place.budget_id, line=line.place.line, of=of, percent=0, exceeded=False
        )
        percent, exceeded = percent_reached(amount, budgeted, line.thresholds), amount > budgeted
        if (percent, exceeded) == (alert.percent, alert.exceeded):
            continue
        await _say(session, line, of, alert, percent, exceeded, amount)
        alert.percent, alert.exceeded = percent, exceeded
        session.add(alert)


async def _say(
    session: AsyncSession, line: Line, of: str, alert: BudgetAlert, percent: int, exceeded: bool, amount: Decimal
) -> None:
    # Two that cross thresholds of different lines at once record their facts one after the other. Each has rows that
    # refer to the budget, which a full lock would wait for: for ever, both being in the same place.
    lock = {"key_share": True}
    budget = await session.get_one(Budget, line.place.budget_id, with_for_update=lock, populate_existing=True)
    year = await session.get_one(FiscalYear, budget.fiscal_year_id)
    said = {
        "fiscal_year": year.code,
        "line": line.place.line,
        "service_id": line.service_id,
        "of": of,
        "budgeted": line.sums().budgeted,
        "amount": amount,
        "currency": year.base_currency,
    }
    budget.reach([each for each in sorted(line.thresholds) if alert.percent < each <= percent], **said)
    if exceeded and not alert.exceeded:
        budget.exceed(starts_on=year.starts_on, ends_on=year.ends_on, **said)


async def _alerts(session: AsyncSession, budget_ids: Collection[UUID], of: str) -> dict[Place, BudgetAlert]:
    query = select(BudgetAlert).where(among(BudgetAlert.budget_id, budget_ids), BudgetAlert.of == of)
    return {Place(alert.budget_id, alert.line): alert for alert in await session.scalars(query)}
