"""The statement of an account: what it held before, what moved it, what it held after."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.ledger.balance import balances_on
from finance.ledger.model import JournalEntry, JournalLine
from finance.ledger.schemas import AccountBalance, StatementBalance

# An entry may have several lines of an account: the place of a line in the whole ledger, as one text.
PLACE: Any = func.concat(cast(JournalLine.entry_id, Text), "/", func.lpad(cast(JournalLine.line_number, Text), 6, "0"))


async def balances_of(session: AsyncSession, account_id: UUID, day: date) -> list[AccountBalance]:
    """What the account holds in each currency at the end of a day."""
    held = (await balances_on(session, day)).subquery()
    query = (
        select(
            held.c.currency,
            func.sum(held.c.debit - held.c.credit).label("balance"),
            func.sum(held.c.base_debit - held.c.base_credit).label("base_balance"),
        )
        .where(held.c.account_id == account_id)
        .group_by(held.c.currency)
        .order_by(held.c.currency)
    )
    return [AccountBalance.model_validate(row) for row in await session.execute(query)]


async def moved(session: AsyncSession, account_id: UUID, starts_on: date, ends_on: date) -> list[StatementBalance]:
    """Opening and closing balance per currency of `[starts_on, ends_on)`."""
    day = timedelta(days=1)
    before = {held.currency: held for held in await balances_of(session, account_id, starts_on - day)}
    after = {held.currency: held for held in await balances_of(session, account_id, ends_on - day)}
    return [
        StatementBalance(currency=currency, opening=_held(before, currency), closing=_held(after, currency))
        for currency in sorted({*before, *after})
    ]


def _held(balances: dict[str, AccountBalance], currency: str) -> AccountBalance:
    zero = EXACT.create_decimal(0)
    return balances.get(currency) or AccountBalance(currency=currency, balance=zero, base_balance=zero)


def lines_within(account_id: UUID, starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    E, L = JournalEntry, JournalLine
    return (
        select(
            L.entry_id,
            L.line_number,
            E.posted_on,
            E.description,
            E.source,
            E.reference,
            L.amount,
            L.currency,
            L.rate,
            L.base_amount,
            CostObject.code.label("cost_object"),
            Consumer.code.label("consumer"),
        )
        .join_from(L, E, E.id == L.entry_id)
        .outerjoin(CostObject, CostObject.id == L.cost_object_id)
        .outerjoin(Consumer, Consumer.id == L.consumer_id)
        .where(L.account_id == account_id, E.posted_on >= starts_on, E.posted_on < ends_on)
    )
