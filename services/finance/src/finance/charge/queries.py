"""Charges with their lines, and the way from a charge back to the entries behind it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT
from finance.account.model import Account
from finance.allocation_run.model import AllocationLine, AllocationRole
from finance.charge.model import Charge, ChargeLine
from finance.charge.priced import priced_lines
from finance.charge.schemas import (
    SHOWN_ENTRIES,
    AccountCost,
    ChargeExplanation,
    LineExplanation,
    PoolShare,
    SourceCost,
)
from finance.charge_plan.model import ChargeBasis
from finance.charge_run.model import ChargeRun
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import JournalEntry, JournalLine, PeriodBalance


def lines_of(charge_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *ChargeLine.__table__.columns,
            CostObject.code.label("cost_object_code"),
            CostObject.name.label("cost_object_name"),
            CostObject.service_id,
        )
        .join(CostObject, CostObject.id == ChargeLine.cost_object_id)
        .where(ChargeLine.charge_id == charge_id)
    )


async def explain(session: AsyncSession, charge: Charge, run: ChargeRun) -> ChargeExplanation:
    """Four statements, however many lines: charge lines, pools, costs by account, entries. Of prices, two."""
    query = lines_of(charge.id).order_by(CostObject.code, ChargeLine.item_code, ChargeLine.starts_on)
    found = (await session.execute(query)).all()
    lines = [line for line in found if line.item_code is None]
    pools = await _pools(session, run.allocation_run_id) if run.allocation_run_id and lines else {}
    received = {
        line.cost_object_id: [row for row in _rows(pools) if _is(row, line.cost_object_id, AllocationRole.TARGET)]
        for line in lines
    }
    concerned = {line.cost_object_id for line in lines} | {
        row.cost_object_id for rows in pools.values() for row in rows if row.role == AllocationRole.SOURCE
    }
    within = PeriodRange(run.starts_on, run.ends_on, run.currency)
    basis = CostBasis.NET if run.basis == ChargeBasis.NET else CostBasis.GROSS
    sources = await _sources(session, within, basis, concerned)
    return ChargeExplanation(
        charge_id=charge.id,
        run_id=run.id,
        allocation_run_id=run.allocation_run_id,
        basis=run.basis,
        currency=run.currency,
        total=charge.total,
        lines=[
            LineExplanation(
                cost_object_code=line.cost_object_code,
                amount=line.amount,
                exact=exact_share(line.cost, line.quantity, line.quantity_total),
                cost=line.cost,
                quantity=line.quantity,
                quantity_total=line.quantity_total,
                direct=sources[line.cost_object_id],
                pools=[_pool_share(row, pools[row.pool], sources) for row in received[line.cost_object_id]],
            )
            for line in lines
        ],
        priced_lines=await priced_lines(session, [line for line in found if line.item_code is not None]),
    )


def exact_share(cost: Decimal, quantity: Decimal, total: Decimal) -> Decimal:
    """cost × quantity / total, cut to 12 decimals."""
    share = Fraction(cost) * Fraction(quantity) / Fraction(total)
    return Decimal(int(share * 10**12)).scaleb(-12, context=EXACT)


def _rows(pools: dict[str, list[Any]]) -> list[Any]:
    return [row for rows in pools.values() for row in rows]


def _is(row: Any, cost_object_id: UUID, role: AllocationRole) -> bool:
    return bool(row.cost_object_id == cost_object_id and row.role == role)


async def _pools(session: AsyncSession, run_id: UUID) -> dict[str, list[Any]]:
    L = AllocationLine
    query = select(L.pool, L.cost_object_id, L.role, L.amount, L.driver_quantity).where(L.run_id == run_id)
    pools: dict[str, list[Any]] = defaultdict(list)
    for row in await session.execute(query.order_by(L.pool, L.cost_object_id)):
        pools[row.pool].append(row)
    return pools


def _pool_share(row: Any, pool: Sequence[Any], sources: dict[UUID, SourceCost]) -> PoolShare:
    given = [each for each in pool if each.role == AllocationRole.SOURCE]
    taken = [each for each in pool if each.role == AllocationRole.TARGET]
    return PoolShare(
        pool=row.pool,
        amount=row.amount,
        driver_quantity=row.driver_quantity,
        quantity_total=sum((each.driver_quantity for each in taken), Decimal(0)),
        pool_cost=sum((each.amount for each in given), Decimal(0)),
        sources=[sources[each.cost_object_id] for each in given],
    )


async def _sources(
    session: AsyncSession, within: PeriodRange, basis: CostBasis, ids: Collection[UUID]
) -> dict[UUID, SourceCost]:
    """Per cost object its cost by account, and the entries that made it."""
    codes = dict((await session.execute(select(CostObject.id, CostObject.code).where(CostObject.id.in_(ids)))).all())
    by = (PeriodBalance.cost_object_id, Account.code, Account.name, Account.nature)
    accounts: dict[UUID, list[AccountCost]] = defaultdict(list)
    costs = balances(within, basis, *by).where(PeriodBalance.cost_object_id.in_(ids)).order_by(Account.code)
    for id, code, name, nature, amount in await session.execute(costs):
        accounts[id].append(AccountCost(account_code=code, account_name=name, nature=nature, amount=amount))
    entries = await _entries(session, within, basis, ids)
    return {
        id: SourceCost(
            cost_object_code=code,
            amount=sum((cost.amount for cost in accounts[id]), Decimal(0)),
            accounts=accounts[id],
            entry_count=entries[id][0].entry_count if id in entries else 0,
            entries=[row.entry_id for row in entries.get(id, [])],
        )
        for id, code in codes.items()
    }


async def _entries(
    session: AsyncSession, within: PeriodRange, basis: CostBasis, ids: Collection[UUID]
) -> dict[UUID, list[Any]]:
    """Per cost object the first entries that touched it, each row with the number of them all."""
    touched = (
        select(JournalLine.cost_object_id, JournalLine.entry_id, JournalEntry.posted_on)
        .distinct()
        .join_from(JournalLine, JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .join(FiscalPeriod, FiscalPeriod.id == JournalEntry.fiscal_period_id)
        .join(Account, Account.id == JournalLine.account_id)
        .where(
            JournalLine.cost_object_id.in_(ids),
            FiscalPeriod.starts_on >= within.starts_on,
            FiscalPeriod.starts_on < within.ends_on,
            Account.type.in_(basis.account_types),
        )
        .subquery()
    )
    place = func.row_number().over(
        partition_by=touched.c.cost_object_id, order_by=(touched.c.posted_on, touched.c.entry_id)
    )
    counted = select(
        touched, place.label("place"), func.count().over(partition_by=touched.c.cost_object_id).label("entry_count")
    )
    ranked = counted.subquery()
    shown = select(ranked).where(ranked.c.place <= SHOWN_ENTRIES).order_by(ranked.c.cost_object_id, ranked.c.place)
    entries: dict[UUID, list[Any]] = defaultdict(list)
    for row in await session.execute(shown):
        entries[row.cost_object_id].append(row)
    return entries
