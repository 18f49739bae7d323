"""How much of their cost services have recovered: what was invoiced for them, against what they cost."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import EXACT, exact_sum, of_fraction
from chassis.problems import Conflict
from finance.allocation_run.model import AllocationRun
from finance.allocation_run.queries import full_costs
from finance.charge_plan.model import ChargeMode
from finance.cost_object.model import CostObject
from finance.credit_note.model import CreditNote, CreditNoteLine
from finance.fiscal_period.range import PeriodRange
from finance.invoice.model import Invoice, InvoiceLine, InvoiceState
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance
from finance.report.links import address, postings
from finance.report.runs import making_up
from finance.report.schemas import CostKind, Recovered, RecoveryRow, RecoveryView

PERCENT_DECIMALS = 2


class SeveralAllocations(Conflict, code="finance.report.several-allocations"):
    """Several allocation models have run over this range: name one."""


async def recovery(session: AsyncSession, within: PeriodRange, *, model_id: UUID | None) -> RecoveryView:
    """Of every cost object that cost something, or was invoiced or stated, over whole periods."""
    runs = await _runs(session, within, model_id)
    cost = await _full(session, runs) if runs else await _net(session, within)
    charged, stated = [await _invoiced(session, within, mode) for mode in (ChargeMode.CHARGEBACK, ChargeMode.SHOWBACK)]
    ids = {*charged, *stated, *(id for id, amount in cost.items() if amount)}
    objects = select(CostObject).where(among(CostObject.id, ids)).order_by(CostObject.code)
    rows = [
        _row(within, each, cost.get(each.id, Decimal(0)), charged.get(each.id), stated.get(each.id, Decimal(0)))
        for each in await session.scalars(objects)
    ]
    total = exact_sum(row.cost for row in rows), exact_sum(row.charged for row in rows)
    return RecoveryView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        cost_kind=CostKind.FULL if runs else CostKind.NET,
        allocation_run_ids=[run.id for run in runs],
        rows=rows,
        cost=total[0],
        charged=total[1],
        showback=exact_sum(row.showback for row in rows),
        over_under=EXACT.subtract(total[1], total[0]),
        rate_percent=rate_percent(total[0], total[1] if charged else None),
        straddling_invoices=await _straddling(session, within),
        foreign_invoices=await _foreign(session, within),
    )


def rate_percent(cost: Decimal, charged: Decimal | None) -> Decimal | None:
    """charged / cost in percent; None, not measured, where nothing was invoiced or there is no cost to recover."""
    if cost <= 0 or charged is None:
        return None
    return of_fraction(Fraction(charged) / Fraction(cost) * 100, PERCENT_DECIMALS)


def _row(
    within: PeriodRange, each: CostObject, cost: Decimal, invoiced: Decimal | None, stated: Decimal
) -> RecoveryRow:
    rate, charged = rate_percent(cost, invoiced), invoiced or Decimal(0)
    over_under = EXACT.subtract(charged, cost)
    word = Recovered.OVER if over_under > 0 else Recovered.UNDER if over_under else Recovered.EVEN
    return RecoveryRow(
        cost_object=each.code,
        name=each.name,
        service_id=each.service_id,
        cost=cost,
        charged=charged,
        showback=stated,
        over_under=over_under,
        rate_percent=rate,
        recovered=Recovered.NOT_MEASURED if rate is None else word,
        explain=postings(within, cost_object=each.code),
        explain_charged=address("invoices", state=InvoiceState.FINAL, cost_object=each.code),
    )


async def _runs(session: AsyncSession, within: PeriodRange, model_id: UUID | None) -> Sequence[AllocationRun]:
    """The current runs of one model that make up the range."""
    R = AllocationRun
    query = select(R).where(R.replaced_at.is_(None), R.starts_on >= within.starts_on, R.ends_on <= within.ends_on)
    if model_id:
        query = query.where(R.model_id == model_id)
    by_model: dict[UUID, list[AllocationRun]] = {}
    for run in await session.scalars(query):
        by_model.setdefault(run.model_id, []).append(run)
    covering = [found for runs in by_model.values() if (found := making_up(runs, within))]
    if len(covering) > 1:
        raise SeveralAllocations(f"{len(covering)} allocation models cover the range.")
    return covering[0] if covering else []


async def _full(session: AsyncSession, runs: Sequence[AllocationRun]) -> dict[UUID, Decimal]:
    found: dict[UUID, Decimal] = {}
    for run in runs:
        for id, cost in (await full_costs(session, run)).items():
            found[id] = EXACT.add(found.get(id, Decimal(0)), cost)
    return found


async def _net(session: AsyncSession, within: PeriodRange) -> dict[UUID, Decimal]:
    by = PeriodBalance.cost_object_id
    query = balances(within, CostBasis.NET, by).where(by.is_not(None))
    return {row[0]: row[1] for row in await session.execute(query)}


async def _invoiced(session: AsyncSession, within: PeriodRange, mode: ChargeMode) -> Mapping[UUID, Decimal]:
    """Net of final invoices less credit notes, by cost object."""
    final = _within(within, mode)
    lines = select(InvoiceLine.cost_object_id, func.sum(InvoiceLine.amount))
    lines = lines.join(Invoice, Invoice.id == InvoiceLine.invoice_id).where(*final).group_by(InvoiceLine.cost_object_id)
    taken = (
        select(InvoiceLine.cost_object_id, func.sum(CreditNoteLine.amount))
        .join_from(CreditNoteLine, CreditNote, CreditNote.id == CreditNoteLine.credit_note_id)
        .join(Invoice, Invoice.id == CreditNote.invoice_id)
        .join(
            InvoiceLine,
            (InvoiceLine.invoice_id == Invoice.id) & (InvoiceLine.line_number == CreditNoteLine.line_number),
        )
        .where(*final)
        .group_by(InvoiceLine.cost_object_id)
    )
    found = {row[0]: row[1] for row in await session.execute(lines)}
    for id, amount in await session.execute(taken):
        found[id] = EXACT.subtract(found[id], amount)
    return found


def _within(within: PeriodRange, mode: ChargeMode) -> list[Any]:
    inside = Invoice.starts_on >= within.starts_on, Invoice.ends_on <= within.ends_on
    return [Invoice.state == InvoiceState.FINAL, Invoice.mode == mode, Invoice.currency == within.currency, *inside]


async def _straddling(session: AsyncSession, within: PeriodRange) -> int:
    touching = Invoice.starts_on < within.ends_on, Invoice.ends_on > within.starts_on
    beyond = (Invoice.starts_on < within.starts_on) | (Invoice.ends_on > within.ends_on)
    query = select(func.count()).where(Invoice.state == InvoiceState.FINAL, *touching, beyond)
    return await session.scalar(query) or 0


async def _foreign(session: AsyncSession, within: PeriodRange) -> int:
    inside = Invoice.starts_on >= within.starts_on, Invoice.ends_on <= within.ends_on
    query = select(func.count()).where(
        Invoice.state == InvoiceState.FINAL, Invoice.currency != within.currency, *inside
    )
    return await session.scalar(query) or 0
