"""Explaining a run: from an amount to the pools, sources and entries behind it."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, exact_sum
from chassis.problems import NotFound
from finance.account.model import Account, AccountType
from finance.allocation_model.model import AllocationModel
from finance.allocation_run import tracing
from finance.allocation_run.explained import SHOWN, AllocationExplanation, PostedCost, ReceivedShare
from finance.allocation_run.model import (
    AllocatedConsumer,
    AllocatedCost,
    AllocatedPool,
    AllocationLine,
    AllocationRole,
    AllocationRun,
    ConsumerLine,
)
from finance.allocation_run.pool import units
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import JournalEntry, JournalLine, PeriodBalance

L = AllocationLine


class TookNoPart(NotFound, code="finance.allocation-run.took-no-part"):
    """The cost object or consumer neither gave nor received anything in this run."""


async def explain_object(session: AsyncSession, run: AllocationRun, code: str) -> AllocationExplanation:
    id = await object_id(session, code)
    borne = await session.get(AllocatedCost, (run.id, id))
    if borne is None:
        raise TookNoPart(f"{code} took no part in this run.")
    lines = _shares(AllocationLine, run.id, AllocationLine.role).where(
        L.cost_object_id == id, L.role != AllocationRole.SOURCE
    )
    given = select(func.coalesce(func.sum(L.amount), 0)).where(
        L.run_id == run.id, L.cost_object_id == id, L.role == AllocationRole.SOURCE
    )
    told = await _explained(session, run, lines)
    gave = (await session.scalars(given)).one()
    return AllocationExplanation(
        **told,
        cost_object_code=code,
        consumer_code=None,
        amount=borne.full,
        direct=borne.direct,
        given=gave,
        rounding=EXACT.subtract(borne.full, borne.exact),
        accounts=await _accounts(session, run, id),
    )


async def explain_consumer(session: AsyncSession, run: AllocationRun, code: str) -> AllocationExplanation:
    consumer = await session.scalar(
        select(AllocatedConsumer)
        .join(Consumer, Consumer.id == AllocatedConsumer.consumer_id)
        .where(AllocatedConsumer.run_id == run.id, Consumer.code == code)
    )
    if consumer is None:
        raise TookNoPart(f"{code} took no part in this run.")
    role = literal(AllocationRole.TARGET.value).label("role")
    lines = _shares(ConsumerLine, run.id, role).where(ConsumerLine.consumer_id == consumer.consumer_id)
    return AllocationExplanation(
        **await _explained(session, run, lines),
        cost_object_code=None,
        consumer_code=code,
        amount=consumer.amount,
        direct=Decimal(0),
        given=Decimal(0),
        rounding=EXACT.subtract(consumer.amount, consumer.exact),
        accounts=[],
    )


def entries_of(run: AllocationRun, cost_object_id: UUID) -> Select[*tuple[Any, ...]]:
    """Entries of the range that were there when the run began, each with what it posted on the cost object."""
    E = JournalEntry

    def posted(type: AccountType) -> Any:
        return func.sum(case((Account.type == type, JournalLine.base_amount), else_=0))

    return (
        select(
            E.id.label("entry_id"),
            E.posted_on,
            E.description,
            E.source,
            E.reference,
            posted(AccountType.EXPENSE).label("expense"),
            (-posted(AccountType.INCOME)).label("income"),
        )
        .join_from(JournalLine, E, E.id == JournalLine.entry_id)
        .join(FiscalPeriod, FiscalPeriod.id == E.fiscal_period_id)
        .join(Account, Account.id == JournalLine.account_id)
        .where(
            JournalLine.cost_object_id == cost_object_id,
            Account.type.in_((AccountType.EXPENSE, AccountType.INCOME)),
            FiscalPeriod.starts_on >= run.starts_on,
            FiscalPeriod.starts_on < run.ends_on,
            E.recorded_at <= run.ran_at,
        )
        .group_by(E.id)
    )


async def object_id(session: AsyncSession, code: str) -> UUID:
    id = await session.scalar(select(CostObject.id).where(CostObject.code == code))
    if id is None:
        raise TookNoPart(f"There is no cost object {code!r}.")
    return id


def _shares(line: Any, run_id: UUID, role: Any) -> Select[Any]:
    P = AllocatedPool
    return (
        select(
            P.pool,
            P.layer,
            P.method,
            role,
            P.shared_by,
            P.driver,
            line.amount,
            line.driver_quantity,
            P.used,
            P.capacity,
            P.cost.label("pool_cost"),
        )
        .join_from(P, line, (line.run_id == P.run_id) & (line.pool == P.pool))
        .where(P.run_id == run_id)
        .order_by(func.abs(line.amount).desc(), P.number)
    )


async def _explained(session: AsyncSession, run: AllocationRun, lines: Select[Any]) -> dict[str, Any]:
    """What cost objects and consumers have in common: what they received, by which pools, and whose cost it was."""
    shares = [ReceivedShare.model_validate(row) for row in await session.execute(lines)]
    by_pool: defaultdict[str, int] = defaultdict(int)
    for share in shares:
        by_pool[share.pool] += units(share.amount)
    origins = await tracing.origins(session, run.id, by_pool)
    model = await session.get_one(AllocationModel, run.model_id)
    return {
        "run_id": run.id,
        "model_code": model.code,
        "revision": run.revision,
        "starts_on": run.starts_on,
        "ends_on": run.ends_on,
        "currency": run.currency,
        "ran_at": run.ran_at,
        "received": exact_sum(share.amount for share in shares),
        "share_count": len(shares),
        "shares": shares[:SHOWN],
        "origin_count": len(origins),
        "origins": origins[:SHOWN],
    }


async def _accounts(session: AsyncSession, run: AllocationRun, cost_object_id: UUID) -> list[PostedCost]:
    within = PeriodRange(run.starts_on, run.ends_on, run.currency)
    by = (Account.code.label("account_code"), Account.name.label("account_name"), Account.nature, Account.type)
    query = balances(within, CostBasis.NET, *by).where(PeriodBalance.cost_object_id == cost_object_id)
    rows = await session.execute(query.order_by(Account.code))
    return [
        PostedCost(account_code=code, account_name=name, nature=nature, type=type, amount=cost)
        for code, name, nature, type, cost in rows
    ]
