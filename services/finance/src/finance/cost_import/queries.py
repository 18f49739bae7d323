"""What a cost import must know of the chart and the ledger, and what is shown of imports."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import NoSuchResource
from finance.account.model import Account, AccountType
from finance.assignment_rule.matching import Rules
from finance.consumer.model import Consumer
from finance.cost_import.difference import Key
from finance.cost_import.model import (
    AccountUnfit,
    CostImport,
    CostImportPeriod,
    CostImportRow,
    CostView,
    PeriodUnknown,
    Terms,
    ledger_source,
)
from finance.cost_import.placement import CHARGED, Assigner, Chart, Month, Scope
from finance.cost_object.model import CostObject, CostObjectKind
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.ledger.model import JournalEntry, JournalLine

Rows = Select[*tuple[Any, ...]]

UNASSIGNED = "unassigned"
ALWAYS_OPEN = date(1900, 1, 1)


async def scope(session: AsyncSession, code: str) -> Scope:
    """The fiscal year or the fiscal period with this code. PeriodUnknown."""
    query = (
        select(FiscalPeriod, FiscalYear.base_currency)
        .join(FiscalYear, FiscalYear.id == FiscalPeriod.fiscal_year_id)
        .where(or_(FiscalPeriod.code == code, FiscalYear.code == code))
        .order_by(FiscalPeriod.starts_on)
    )
    found = (await session.execute(query)).all()
    if not found:
        raise PeriodUnknown(f"There is no fiscal year or period {code}.")
    months = {period.starts_on: Month(period.id, period.code, period.starts_on) for period, _ in found}
    return Scope(code, found[0][0].starts_on, found[-1][0].ends_on, found[0][1], months)


async def leaf_accounts(session: AsyncSession) -> dict[str, Account]:
    """By code; not added to: accounts are few."""
    return {account.code: account for account in await session.scalars(select(Account).where(Account.is_leaf))}


def fit(accounts: Mapping[str, Account], code: str, *, result: bool) -> UUID:
    """An account that takes postings: of cost and income with `result`, else of the balance sheet. AccountUnfit."""
    account = accounts.get(code)
    if account is None:
        raise AccountUnfit(f"There is no account {code} that takes postings.")
    if (account.type in (AccountType.INCOME, AccountType.EXPENSE)) != result:
        raise AccountUnfit(f"{code} is of the type {account.type}.")
    return account.id


async def cost_objects(session: AsyncSession) -> tuple[dict[str, UUID], dict[UUID, date]]:
    """Code → id, and of those that are closed the day from which they are."""
    rows = (await session.execute(select(CostObject.code, CostObject.id, CostObject.closed_on))).all()
    return {row.code: row.id for row in rows}, {row.id: row.closed_on for row in rows if row.closed_on}


async def consumers(session: AsyncSession) -> dict[str, UUID]:
    """Code → the surviving customer."""
    return await _by_code(session, select(Consumer.code, func.coalesce(Consumer.survivor_id, Consumer.id)))


async def _by_code(session: AsyncSession, query: Rows) -> dict[str, UUID]:
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


async def assigner(session: AsyncSession, rules: Rules) -> Assigner:
    codes, closed_on = await cost_objects(session)
    return Assigner(codes, closed_on, rules)


async def chart(session: AsyncSession, scope: Scope, rules: Rules, terms: Terms) -> Chart:
    """AccountUnfit for an account of the terms."""
    unassigned_id = await unassigned(session)
    accounts = await leaf_accounts(session)
    return Chart(
        scope=scope,
        accounts={code: account.id for code, account in accounts.items()},
        consumers=await consumers(session),
        assigner=await assigner(session, rules),
        rates=terms.rates,
        balancing_account_id=fit(accounts, terms.balancing_account, result=False),
        default_account_id=fit(accounts, terms.default_account, result=True) if terms.default_account else None,
        unassigned_id=unassigned_id,
    )


async def unassigned(session: AsyncSession) -> UUID:
    """The reserved cost object of cost that belongs to nobody yet."""
    reserved = CostObject.open(
        code=UNASSIGNED, name="Unassigned cost", kind=CostObjectKind.COST_CENTER, opened_on=ALWAYS_OPEN
    )
    values = {column.key: getattr(reserved, column.key) for column in CostObject.__table__.columns} | {"version": 1}
    await session.execute(insert(CostObject).values(values).on_conflict_do_nothing(constraint="uq_cost_objects_code"))
    return (await session.scalars(select(CostObject.id).where(CostObject.code == UNASSIGNED))).one()


async def one_at_a_time(session: AsyncSession, source: str) -> None:
    """Two imports of one source would each take the difference to the same ledger."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"cost-import/{source}", 0))))


async def placed(
    session: AsyncSession, cost_import_id: UUID, scope: Scope, rates: Mapping[str, Decimal]
) -> list[tuple[Key, Decimal]]:
    """The sums of the rows of an import in the periods of `scope`."""
    R = CostImportRow
    by = (R.fiscal_period_id, R.account_id, R.cost_object_id, R.consumer_id, R.currency)
    here = among(R.fiscal_period_id, scope.period_ids)
    query = select(*by, func.sum(R.amount)).where(R.cost_import_id == cost_import_id, here)
    query = query.group_by(*by).order_by(*by)
    rows = (await session.execute(query)).all()
    return [(Key(*row[:5], rates.get(row[4], Decimal(1))), row[5]) for row in rows]


async def posted(
    session: AsyncSession, source: str, view: CostView, scope: Scope
) -> dict[Key, tuple[Decimal, Decimal]]:
    """What the source's imports, less their reversals, have left in the ledger for the periods of `scope`."""
    E, L = JournalEntry, JournalLine
    name = ledger_source(source, view)
    by = (E.fiscal_period_id, L.account_id, L.cost_object_id, L.consumer_id, L.currency, L.rate)
    query = (
        select(*by, func.sum(L.amount), func.sum(L.base_amount))
        .join_from(E, L, L.entry_id == E.id)
        .where(or_(E.source == name, E.reversal_of.in_(select(E.id).where(E.source == name))))
        .where(among(E.fiscal_period_id, scope.period_ids))
        .group_by(*by)
        .order_by(*by)
    )
    return {Key(*row[:6]): (row[6], row[7]) for row in (await session.execute(query)).all()}


async def existing(session: AsyncSession, id: UUID) -> CostImport:
    """NoSuchResource."""
    row = await session.get(CostImport, id)
    if row is None:
        raise NoSuchResource(f"There is no cost import with the id {id}.")
    return row


async def newest(session: AsyncSession, source: str, view: CostView, period: str) -> CostImport | None:
    query = select(CostImport).where(CostImport.source == source, CostImport.view == view, CostImport.period == period)
    return await session.scalar(query.order_by(CostImport.imported_at.desc(), CostImport.id.desc()).limit(1))


def periods_of(cost_import_id: UUID) -> Rows:
    return (
        select(FiscalPeriod.code.label("fiscal_period"), CostImportPeriod.row_count, CostImportPeriod.base_amount)
        .join(FiscalPeriod, FiscalPeriod.id == CostImportPeriod.fiscal_period_id)
        .where(CostImportPeriod.cost_import_id == cost_import_id)
        .order_by(FiscalPeriod.starts_on)
    )


def rows_of(cost_import_id: UUID) -> Rows:
    """With codes in place of ids."""
    shown = [
        CostImportRow.line,
        CostImportRow.posted_on,
        CostImportRow.amount,
        CostImportRow.currency,
        CostImportRow.named_cost_object,
        CostImportRow.assigned_by,
        CostImportRow.reassignment_id,
        CostImportRow.other_amount,
        *(getattr(CostImportRow, name) for name in CHARGED),
        CostImportRow.description,
        CostImportRow.reference,
        CostImportRow.attributes,
        FiscalPeriod.code.label("fiscal_period"),
        Account.code.label("account"),
        CostObject.code.label("cost_object"),
        Consumer.code.label("consumer"),
    ]
    return (
        select(*shown)
        .join(FiscalPeriod, FiscalPeriod.id == CostImportRow.fiscal_period_id)
        .join(Account, Account.id == CostImportRow.account_id)
        .join(CostObject, CostObject.id == CostImportRow.cost_object_id)
        .outerjoin(Consumer, Consumer.id == CostImportRow.consumer_id)
        .where(CostImportRow.cost_import_id == cost_import_id)
    )
