"""The year-end close: the result of a year goes to the balance sheet, currency by currency, and its books are shut."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from finance.account.model import Account, AccountType
from finance.fiscal_period.model import FiscalPeriod, FiscalYear, NotEquity
from finance.ledger.actions import Batch, post
from finance.ledger.digest import seal
from finance.ledger.entry import Entry, EntryKind
from finance.ledger.line import Line
from finance.ledger.model import PeriodBalance
from finance.ledger.queries import lines_of

SOURCE = "year-end"


async def close_year(
    session: AsyncSession, year: FiscalYear, *, retained_result: str, actor: str, at: datetime, today: date
) -> FiscalPeriod:
    """Post the closing entry on the last day of the year and close its last period, in one go.

    Raises YearClosed, EarlierPeriodOpen, NotEquity, TransitionRefused, and whatever posting refuses.
    """
    periods = await periods_of(session, year)
    account_id = await _equity_account(session, retained_result)
    lines = await _closing_lines(session, year.id, account_id)
    last = periods[-1]
    year.close(on=today, periods=periods)
    if lines:
        entry = _closing_entry(year, lines, f"Result of {year.code}", f"{year.code}/{year.closings}")
        (posted,) = await post(session, Batch([entry], actor=actor, at=at))
        (year.closing_entry_id,) = posted.entry_ids
        # The database checks an entry when a transaction ends; this one's period is closed by then.
        await session.execute(text("SET CONSTRAINTS check_journal_entry IMMEDIATE"))
    last.close(on=today, seal=await seal(session, last.id))
    return last


async def reopen_year(session: AsyncSession, year: FiscalYear, *, actor: str, at: datetime) -> None:
    """Bring back what the closing entry took away; its last period has just been opened."""
    if year.closing_entry_id:
        lines = [line.reversed() for line in await lines_of(session, year.closing_entry_id)]
        entry = _closing_entry(year, lines, f"Reopening of {year.code}", f"{year.code}/{year.closings}/reopened")
        await post(session, Batch([entry], actor=actor, at=at))
    year.reopen()


async def periods_of(session: AsyncSession, year: FiscalYear) -> list[FiscalPeriod]:
    """In order, with postings into any of them ended, and new ones waiting until this transaction ends."""
    query = select(FiscalPeriod).where(FiscalPeriod.fiscal_year_id == year.id).order_by(FiscalPeriod.starts_on)
    return list(await session.scalars(query.with_for_update(), execution_options={"populate_existing": True}))


def _closing_entry(year: FiscalYear, lines: list[Line], description: str, reference: str) -> Entry:
    return Entry(
        posted_on=year.ends_on - timedelta(days=1),
        description=description,
        source=SOURCE,
        reference=reference,
        lines=lines,
        adjustment=True,
        kind=EntryKind.CLOSING,
    )


async def _equity_account(session: AsyncSession, code: str) -> UUID:
    account = await session.scalar(select(Account).where(Account.code == code))
    if account is None or account.type != AccountType.EQUITY or not account.is_leaf:
        raise NotEquity(f"{code} is no leaf account of equity.")
    return account.id


async def _closing_lines(session: AsyncSession, year_id: UUID, retained_result_id: UUID) -> list[Line]:
    """Every account of income and expense back to zero in each currency, and the sums to the retained result."""
    B = PeriodBalance
    amount, base = func.sum(B.debit - B.credit), func.sum(B.base_debit - B.base_credit)
    query = (
        select(B.account_id, B.currency, amount, base)
        .join(FiscalPeriod, FiscalPeriod.id == B.fiscal_period_id)
        .join(Account, Account.id == B.account_id)
        .where(FiscalPeriod.fiscal_year_id == year_id)
        .where(Account.type.in_((AccountType.INCOME, AccountType.EXPENSE)))
        .group_by(B.account_id, Account.code, B.currency)
        .having(or_(amount != 0, base != 0))
        .order_by(Account.code, B.currency)
    )
    lines, sides = [], defaultdict[str, list[tuple[Decimal, Decimal]]](list)
    for account_id, currency, balance, base_balance in await session.execute(query):
        lines.append(Line(account_id, -balance, currency, base_amount=-base_balance))
        sides[currency].append((balance, base_balance))
    return lines + [
        Line(
            retained_result_id,
            exact_sum(balance for balance, _ in found),
            currency,
            base_amount=exact_sum(base_balance for _, base_balance in found),
        )
        for currency, found in sides.items()
    ]
