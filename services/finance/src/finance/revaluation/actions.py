"""Revaluing what is owned and owed in foreign currencies, as of a day."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from finance.account.model import Account, AccountType
from finance.exchange_rate.conversion import Conversion, conversion
from finance.exchange_rate.queries import in_force
from finance.fiscal_period.queries import year_holding
from finance.ledger.actions import Batch, post
from finance.ledger.balance import balances_on
from finance.ledger.entry import Entry, EntryKind
from finance.revaluation.model import (
    ForeignBalance,
    NotOfResult,
    Revaluation,
    RevaluedLater,
    differences,
    lines,
)


async def revalue(
    session: AsyncSession, *, as_of: date, rate_source: str, gain_or_loss: str, actor: str, at: datetime
) -> Revaluation:
    """Post the differences of all assets and liabilities, on that day; done again it finds none.

    Raises NotOfResult, RevaluedLater, RateUnknown, and whatever posting refuses.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("revaluation", 0))))
    await _check_newest(session, as_of)
    base_currency = (await year_holding(session, as_of)).base_currency
    gain_or_loss_id = await _result_account(session, gain_or_loss)
    balances = await _foreign_balances(session, as_of, base_currency)
    conversions = await _conversions(session, rate_source, as_of, balances, base_currency)
    found = differences(balances, conversions, base_currency)
    made = Revaluation.of(
        found,
        id=uuid7(),
        as_of=as_of,
        rate_source=rate_source,
        gain_or_loss=gain_or_loss,
        base_currency=base_currency,
        actor=actor,
        revalued_at=at,
    )
    if found:
        entry = Entry(
            posted_on=as_of,
            description=f"Revaluation as of {as_of} at the rates of {rate_source}",
            source="revaluation",
            reference=str(made.id),
            lines=lines(found, gain_or_loss_id),
            adjustment=True,
            kind=EntryKind.REVALUATION,
        )
        (posted,) = await post(session, Batch([entry], actor=actor, at=at))
        (made.entry_id,) = posted.entry_ids
    session.add(made)
    await session.flush()
    return made


async def _conversions(
    session: AsyncSession, source: str, as_of: date, balances: Sequence[ForeignBalance], base_currency: str
) -> dict[str, Conversion]:
    rates = (await in_force(session, {(source, as_of)})).get((source, as_of), [])
    return {held.currency: conversion(rates, held.currency, base_currency) for held in balances}


async def _check_newest(session: AsyncSession, as_of: date) -> None:
    newest = await session.scalar(select(func.max(Revaluation.as_of)).where(Revaluation.entry_id.is_not(None)))
    if newest and newest > as_of:
        raise RevaluedLater(f"{newest} was revalued already: a difference before it would be counted twice.")


async def _result_account(session: AsyncSession, code: str) -> UUID:
    account = await session.scalar(select(Account).where(Account.code == code))
    if account is None or not account.is_leaf or account.type not in (AccountType.INCOME, AccountType.EXPENSE):
        raise NotOfResult(f"{code} is no leaf account of income or expense.")
    return account.id


async def _foreign_balances(session: AsyncSession, as_of: date, base_currency: str) -> list[ForeignBalance]:
    held = (await balances_on(session, as_of)).subquery()
    balance, base_balance = func.sum(held.c.debit - held.c.credit), func.sum(held.c.base_debit - held.c.base_credit)
    query = (
        select(Account.id, Account.code, held.c.currency, balance, base_balance)
        .join(held, held.c.account_id == Account.id)
        .where(Account.type.in_((AccountType.ASSET, AccountType.LIABILITY)), held.c.currency != base_currency)
        .group_by(Account.id, held.c.currency)
        .order_by(Account.code, held.c.currency)
    )
    return [ForeignBalance(*row) for row in await session.execute(query)]
