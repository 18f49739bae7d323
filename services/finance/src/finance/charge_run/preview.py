"""What a run would charge, and the difference to the current run of the same plan and range; nothing is kept."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT
from chassis.operations import found
from finance.charge.model import Charge, ChargeLine
from finance.charge_plan.queries import plan_with
from finance.charge_run.actions import work_out
from finance.charge_run.model import ChargeRun
from finance.charge_run.schemas import SHOWN_CHANGES, ChargeChange, ChargeRunPreview, PreviewCharges
from finance.charge_run.standing import current_charges
from finance.charge_run.work import Work
from finance.cost_object.model import CostObject
from finance.ledger.costs import period_range
from finance.price_book.model import PriceVersion

ZERO = Decimal(0)
Amounts = dict[tuple[UUID, str], Decimal]
Names = dict[UUID, str]


async def preview(session: AsyncSession, command: PreviewCharges) -> ChargeRunPreview:
    within = await period_range(session, command.starts_on, command.ends_on)
    plan = await plan_with(session, command.plan)
    id = command.price_version_id
    draft = await found(session, PriceVersion, id) if id else None
    work = await work_out(session, plan, within, draft=draft)
    current = await current_charges(session, plan.id, within)
    before, names = await _charged(session, current) if current else ({}, {})
    changes = sorted(_changes(work, before, names), key=lambda change: -abs(change.difference))
    return ChargeRunPreview(
        plan_id=plan.id,
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        currency=work.currency,
        basis=plan.basis,
        total=work.total,
        line_count=len(work.lines),
        uncharged=work.uncharged,  # type: ignore[arg-type]  # Pydantic reads them by their attributes
        replaces_run_id=current.id if current else None,
        replaces_total=current.total if current else None,
        changed=len(changes),
        changes=changes[:SHOWN_CHANGES],
    )


async def _charged(session: AsyncSession, run: ChargeRun) -> tuple[Amounts, Names]:
    query = (
        select(Charge.consumer_id, CostObject.code, Charge.consumer_name, func.sum(ChargeLine.amount))
        .join(ChargeLine, ChargeLine.charge_id == Charge.id)
        .join(CostObject, CostObject.id == ChargeLine.cost_object_id)
        .where(Charge.run_id == run.id)
        .group_by(Charge.consumer_id, CostObject.code, Charge.consumer_name)
    )
    rows = (await session.execute(query)).all()
    return {(row[0], row[1]): row[3] for row in rows}, {row[0]: row[2] for row in rows}


def _changes(work: Work, before: Amounts, names: Names) -> Iterator[ChargeChange]:
    """Of each consumer and cost object that is charged otherwise than before, or only in one of both."""
    now: Amounts = defaultdict(Decimal)
    for line in work.lines:
        key = (line.consumer.target_id, line.code)
        now[key], names[key[0]] = EXACT.add(now[key], line.amount), line.consumer.name
    for key in sorted({*now, *before}, key=str):
        difference = EXACT.subtract(now.get(key, ZERO), before.get(key, ZERO))
        if difference or (key in now) != (key in before):
            yield ChargeChange(
                consumer_id=key[0],
                consumer_name=names[key[0]],
                cost_object_code=key[1],
                now=now.get(key),
                before=before.get(key),
                difference=difference,
            )
