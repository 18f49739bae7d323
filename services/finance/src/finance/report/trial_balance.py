"""The trial balance: over whole periods, or all that was posted up to a day; by leaf account, or rolled up the tree."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from finance.account.model import Account
from finance.account.tree import accounts_above
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.fiscal_period.queries import year_holding
from finance.fiscal_period.range import PeriodRange
from finance.ledger.balance import balances_on
from finance.ledger.model import PeriodBalance
from finance.ledger.queries import SUMS
from finance.report.links import postings
from finance.report.schemas import CurrencyTotal, TrialBalanceRow, TrialBalanceView

B = PeriodBalance


async def over_periods(
    session: AsyncSession, within: PeriodRange, *, closing_entries: bool, rolled_up: bool
) -> TrialBalanceView:
    """What was posted in the range; a year's closing entries only if asked for."""
    held = (
        select(B.account_id, B.currency, B.closing, *(getattr(B, name) for name in SUMS))
        .join(FiscalPeriod, FiscalPeriod.id == B.fiscal_period_id)
        .where(FiscalPeriod.starts_on >= within.starts_on, FiscalPeriod.starts_on < within.ends_on)
    )
    rows = await _rows(session, held, within, closing_entries=closing_entries, rolled_up=rolled_up)
    return _view(rows, within)


async def up_to(session: AsyncSession, day: date, *, rolled_up: bool) -> TrialBalanceView:
    """All that was ever posted up to and with a day, closing entries too: results of closed years are retained."""
    held = await balances_on(session, day)
    first = await session.scalar(select(func.min(FiscalYear.starts_on)))
    year = await year_holding(session, day)
    within = PeriodRange(first or day, day + timedelta(days=1), year.base_currency)
    rows = await _rows(session, held, within, closing_entries=True, rolled_up=rolled_up)
    return _view(rows, within)


async def _rows(
    session: AsyncSession, held: Select[Any], within: PeriodRange, *, closing_entries: bool, rolled_up: bool
) -> list[TrialBalanceRow]:
    balances = held.subquery()
    c = balances.c
    above = accounts_above()
    of_account = (Account.id == above.c.above_id) if rolled_up else (Account.id == c.account_id)
    sums = [func.sum(c[name]).label(name) for name in ("debit", "credit", "base_debit", "base_credit")]
    differences = [
        func.sum(c.debit - c.credit).label("balance"),
        func.sum(c.base_debit - c.base_credit).label("base_balance"),
    ]
    by = (Account.code.label("account"), Account.name, Account.type, Account.is_leaf, c.currency)
    query = select(*by, *sums, *differences).select_from(balances)
    if rolled_up:
        query = query.join(above, above.c.account_id == c.account_id)
    query = query.join(Account, of_account).group_by(*by).order_by(Account.code, c.currency)
    if not closing_entries:
        query = query.where(~c.closing)
    return [
        TrialBalanceRow(**row._mapping, explain=postings(within, account=row.account) if row.is_leaf else None)
        for row in await session.execute(query)
    ]


def _view(rows: Sequence[TrialBalanceRow], within: PeriodRange) -> TrialBalanceView:
    leaves = [row for row in rows if row.is_leaf]
    return TrialBalanceView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        rows=list(rows),
        totals=[
            _total(currency, [(row.debit, row.credit) for row in leaves if row.currency == currency])
            for currency in sorted({row.currency for row in leaves})
        ],
        base_total=_total(within.currency, [(row.base_debit, row.base_credit) for row in leaves]),
    )


def _total(currency: str, sides: list[tuple[Decimal, Decimal]]) -> CurrencyTotal:
    debit, credit = exact_sum(debit for debit, _ in sides), exact_sum(credit for _, credit in sides)
    return CurrencyTotal(currency=currency, debit=debit, credit=credit, balance=exact_sum([debit, -credit]))
