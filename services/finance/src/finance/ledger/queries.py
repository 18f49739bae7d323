"""What posting must know, the balances it keeps, and the entries shown, each by one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, except_all, exists, func, or_, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among, rows_of
from finance.account.model import Account, AccountType
from finance.budget.lines import Control
from finance.budget.model import Budget
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod, FiscalYear, PeriodState
from finance.ledger.entry import EntryKind, PostingPeriod
from finance.ledger.events import CostTotal
from finance.ledger.line import Line, PostingAccount, PostingCostObject
from finance.ledger.model import JournalEntry, JournalLine, PeriodBalance

CLOSING: Any = (JournalEntry.kind == EntryKind.CLOSING).label("closing")
DIMENSIONS = (
    JournalEntry.fiscal_period_id,
    JournalLine.account_id,
    JournalLine.cost_object_id,
    JournalLine.currency,
    CLOSING,
)
SUMS = ("debit", "base_debit", "credit", "base_credit")


async def lock_periods(session: AsyncSession, days: Collection[date]) -> dict[date, PostingPeriod]:
    """First day of the month → its period, which cannot be closed before this transaction ends."""
    query = (
        select(
            FiscalPeriod.starts_on,
            FiscalPeriod.id,
            FiscalPeriod.code,
            FiscalPeriod.state,
            FiscalYear.base_currency,
            FiscalYear.rate_source,
            or_(
                FiscalYear.unbudgeted == Control.STOP,
                exists().where(Budget.fiscal_year_id == FiscalYear.id, Budget.approved_number.is_not(None)),
            ),
        )
        .join(FiscalYear, FiscalYear.id == FiscalPeriod.fiscal_year_id)
        .where(among(FiscalPeriod.starts_on, {day.replace(day=1) for day in days}))
        .order_by(FiscalPeriod.starts_on)
        .with_for_update(read=True, of=FiscalPeriod)
    )
    return {row[0]: PostingPeriod(*row[1:]) for row in await session.execute(query)}


async def lock_accounts(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, PostingAccount]:
    """None of them can get an account below it before this transaction ends."""
    query = (
        select(Account.id, Account.code, Account.is_leaf)
        .where(among(Account.id, ids))
        .order_by(Account.id)
        .with_for_update(read=True, key_share=True)
    )
    return {row[0]: PostingAccount(*row) for row in await session.execute(query)}


async def cost_objects(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, PostingCostObject]:
    columns = (CostObject.id, CostObject.code, CostObject.kind, CostObject.closed_on)
    query = select(*columns).where(among(CostObject.id, ids))
    return {row[0]: PostingCostObject(*row) for row in await session.execute(query)}


async def known_consumers(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    return set((await session.scalars(select(Consumer.id).where(among(Consumer.id, ids)))).all())


async def stored_entries(
    session: AsyncSession, names: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[UUID, str]]:
    """(source, reference) → id and fingerprint, of those in the ledger."""
    name = (JournalEntry.source, JournalEntry.reference)
    query = select(*name, JournalEntry.id, JournalEntry.fingerprint).where(tuple_(*name).in_(rows_of(name, names)))
    return {(row[0], row[1]): (row[2], row[3]) for row in await session.execute(query)}


def line_sums(*by: Any) -> Select[Any]:
    """Debits and credits of lines, in currency and base, under the names that PeriodBalance has."""
    sums = [
        func.sum(case((amount > 0, amount), else_=0)).label(debit)
        for debit, amount in (("debit", JournalLine.amount), ("base_debit", JournalLine.base_amount))
    ] + [
        func.sum(case((amount < 0, -amount), else_=0)).label(credit)
        for credit, amount in (("credit", JournalLine.amount), ("base_credit", JournalLine.base_amount))
    ]
    query = select(*by, *sums).join_from(JournalEntry, JournalLine, JournalLine.entry_id == JournalEntry.id)
    return query.group_by(*by)


async def keep_balances(session: AsyncSession, entry_ids: Collection[UUID]) -> None:
    """Adds the lines of entries to the balances, always in the same order, so that no two wait for each other."""
    added = line_sums(*DIMENSIONS).where(_of(entry_ids)).order_by(*DIMENSIONS)
    names = [*(column.key for column in DIMENSIONS), *SUMS]
    upsert = insert(PeriodBalance).from_select(names, added)
    kept = {name: getattr(PeriodBalance, name) + upsert.excluded[name] for name in SUMS}
    constraint = "uq_period_balances_dimensions"
    await session.execute(upsert.on_conflict_do_update(constraint=constraint, set_=kept))


def _of(entry_ids: Collection[UUID]) -> ColumnElement[bool]:
    """Said of both tables: new rows are in no statistics, so what is left open here is read in full."""
    return among(JournalEntry.id, entry_ids) & among(JournalLine.entry_id, entry_ids)


async def cost_totals(session: AsyncSession, entry_ids: Collection[UUID]) -> Mapping[UUID, list[CostTotal]]:
    """Posting → net cost of these entries per cost object, period and nature; the balance sheet is no cost."""
    income = (Account.type == AccountType.INCOME).label("income")
    by: list[Any] = [
        CostObject.service_id,
        CostObject.code.label("cost_object_code"),
        FiscalPeriod.code.label("period_code"),
        FiscalPeriod.starts_on.label("period_starts_on"),
        Account.nature,
        income,
        FiscalYear.base_currency.label("currency"),
    ]
    query = (
        select(JournalEntry.posting_id, *by, func.sum(JournalLine.base_amount).label("amount"))
        .join_from(JournalEntry, JournalLine, JournalLine.entry_id == JournalEntry.id)
        .join(Account, Account.id == JournalLine.account_id)
        .join(FiscalPeriod, FiscalPeriod.id == JournalEntry.fiscal_period_id)
        .join(FiscalYear, FiscalYear.id == FiscalPeriod.fiscal_year_id)
        .outerjoin(CostObject, CostObject.id == JournalLine.cost_object_id)
        .where(_of(entry_ids), Account.type.in_((AccountType.INCOME, AccountType.EXPENSE)))
        .where(JournalEntry.kind != EntryKind.CLOSING)
        .group_by(JournalEntry.posting_id, *by)
        .order_by(FiscalPeriod.starts_on, CostObject.code, Account.nature, income)
    )
    found: dict[UUID, list[CostTotal]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.posting_id].append(CostTotal.model_validate(row))
    return found


async def balances_match(session: AsyncSession, period_id: UUID) -> bool:
    """Whether the kept balances of a period are what its lines add up to."""
    names = [*(column.key for column in DIMENSIONS), *SUMS]
    kept = select(*(getattr(PeriodBalance, name) for name in names)).where(PeriodBalance.fiscal_period_id == period_id)
    summed = line_sums(*DIMENSIONS).where(JournalEntry.fiscal_period_id == period_id)
    differing = union_all(except_all(kept, summed), except_all(summed, kept))
    return not await session.scalar(select(func.count()).select_from(differing.subquery()))


async def lines_of(session: AsyncSession, entry_id: UUID) -> list[Line]:
    """As they were posted, rates and base amounts included."""
    query = select(JournalLine).where(JournalLine.entry_id == entry_id).order_by(JournalLine.line_number)
    lines = (await session.scalars(query)).all()
    beside = await cost_objects(session, {id for row in lines for id in row.dimension_ids or ()})
    return [
        Line(
            account_id=row.account_id,
            amount=row.amount,
            currency=row.currency,
            rate=row.rate,
            base_amount=row.base_amount,
            cost_object_id=row.cost_object_id,
            consumer_id=row.consumer_id,
            tags=row.tags,
            dimensions={beside[id].kind: id for id in row.dimension_ids or ()},
        )
        for row in lines
    ]


async def reversal_day(session: AsyncSession, entry: JournalEntry, today: date) -> date:
    """That of the reversal that stands, else the entry's own; when its period is closed, the next open day (its own day
    when there is none, which posting will refuse)."""
    if standing := await session.scalar(select(JournalEntry.posted_on).where(JournalEntry.reversal_of == entry.id)):
        return standing
    period = await session.get_one(FiscalPeriod, entry.fiscal_period_id)
    if period.state != PeriodState.CLOSED:
        return entry.posted_on
    return await next_open_day(session, period.starts_on, today) or entry.posted_on


async def next_open_day(session: AsyncSession, after: date, today: date) -> date | None:
    """In a period that starts later: today if that one is open, else the first day of the first open one."""
    later = (
        select(FiscalPeriod.starts_on, FiscalPeriod.ends_on)
        .where(FiscalPeriod.state == PeriodState.OPEN, FiscalPeriod.starts_on > after)
        .order_by(FiscalPeriod.starts_on)
    )
    spans = (await session.execute(later)).all()
    if any(starts_on <= today < ends_on for starts_on, ends_on in spans):
        return today
    return spans[0][0] if spans else None
