"""What strategy does when finance posts cost, completes an allocation and issues charges."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import Amount
from strategy.evidence import keeping

reactions = Reactions()


class CostTotal(BaseModel):
    service_id: UUID | None
    cost_object_code: str | None
    period_starts_on: date
    income: bool
    currency: str
    amount: Amount


class CostPosted(Reading, type="finance.cost-posted.v1"):
    totals: list[CostTotal]


class AllocatedObject(BaseModel):
    cost_object_code: str
    service_id: UUID | None
    full: Amount


class AllocationCompleted(Reading, type="finance.allocation-completed.v1"):
    allocation_run_id: UUID
    model_code: str
    starts_on: date
    ends_on: date
    currency: str
    objects: list[AllocatedObject]


class ChargedService(BaseModel):
    cost_object_code: str
    service_id: UUID | None
    amount: Amount


class ChargeIssued(Reading, type="finance.charge-issued.v1"):
    charge_run_id: UUID
    replaces_charge_run_id: UUID | None
    starts_on: date
    ends_on: date
    currency: str
    services: list[ChargedService]


@reactions.to(CostPosted)
async def keep_cost(session: AsyncSession, fact: CostPosted) -> None:
    """Costs without a cost object are nobody's yet; once assigned, finance posts the difference."""
    totals = [
        (
            keeping.CostKey(total.cost_object_code, total.period_starts_on, total.currency, total.income),
            total.service_id,
            total.amount,
        )
        for total in fact.totals
        if total.cost_object_code
    ]
    await keeping.add_costs(session, totals, heard_at=fact.envelope.time)


@reactions.to(AllocationCompleted)
async def keep_full_cost(session: AsyncSession, fact: AllocationCompleted) -> None:
    run = keeping.Allocated(
        id=fact.allocation_run_id,
        model_code=fact.model_code,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        currency=fact.currency,
        completed_at=fact.envelope.time,
    )
    lines = [
        {"cost_object_code": line.cost_object_code, "service_id": line.service_id, "amount": line.full}
        for line in fact.objects
    ]
    await keeping.replace_full_costs(session, run, lines)


@reactions.to(ChargeIssued)
async def keep_recovery(session: AsyncSession, fact: ChargeIssued) -> None:
    charge = keeping.Issued(
        charge_run_id=fact.charge_run_id,
        replaces=fact.replaces_charge_run_id,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        currency=fact.currency,
        heard_at=fact.envelope.time,
        lines=[(line.cost_object_code, line.service_id, line.amount) for line in fact.services],
    )
    await keeping.add_recovery(session, charge)
