"""Every fact of other services that the portfolio reacts to, each with the fields that it reads."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import Amount, NonNegativeAmount
from portfolio.business_case import actions as business_cases
from portfolio.business_case.figures import HeardOption
from portfolio.days import DayRange
from portfolio.evidence import keeping
from portfolio.known_customer import actions as known_customer

reactions = Reactions()


class CustomerRegistered(Reading, type="strategy.customer-registered.v1"):
    customer_id: UUID
    code: str
    name: str


class CustomerChanged(Reading, type="strategy.customer-changed.v1"):
    customer_id: UUID
    code: str
    name: str


class CustomersMerged(Reading, type="strategy.customers-merged.v1"):
    merged_id: UUID
    survivor_id: UUID


@reactions.to(CustomerRegistered)
async def know_customer(session: AsyncSession, fact: CustomerRegistered) -> None:
    sequence = fact.envelope.sequence
    await known_customer.know(session, id=fact.customer_id, code=fact.code, name=fact.name, sequence=sequence)


@reactions.to(CustomerChanged)
async def know_changed_customer(session: AsyncSession, fact: CustomerChanged) -> None:
    sequence = fact.envelope.sequence
    await known_customer.know(session, id=fact.customer_id, code=fact.code, name=fact.name, sequence=sequence)


@reactions.to(CustomersMerged)
async def merge_customer(session: AsyncSession, fact: CustomersMerged) -> None:
    sequence = fact.envelope.sequence
    await known_customer.merge(session, merged=fact.merged_id, into=fact.survivor_id, sequence=sequence)


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
    direct: Amount
    received: Amount
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


class OfferingLaunched(Reading, type="strategy.offering-launched.v1"):
    offering_id: UUID
    code: str
    name: str
    service_ids: list[UUID]
    need_ids: list[UUID]
    launched_on: date


class OfferingWithdrawn(Reading, type="strategy.offering-withdrawn.v1"):
    offering_id: UUID
    code: str
    service_ids: list[UUID]
    need_ids: list[UUID]
    withdrawn_on: date


class NeedIdentified(Reading, type="strategy.need-identified.v1"):
    need_id: UUID
    importance: int
    opportunity_score: int | None


class NeedAssessed(Reading, type="strategy.need-assessed.v1"):
    need_id: UUID
    importance: int
    opportunity_score: int | None


class MonthlyVolume(BaseModel):
    month: date
    quantity: NonNegativeAmount


class DemandForecast(Reading, type="strategy.demand-forecast.v1"):
    demand_pattern_id: UUID
    code: str
    name: str
    unit: str
    service_id: UUID | None
    need_id: UUID | None
    customer_id: UUID | None
    segment_id: UUID | None
    method: str
    mean_absolute_error: NonNegativeAmount | None
    made_on: date
    observed: list[MonthlyVolume]
    expected: list[MonthlyVolume]


class CoverageChanged(Reading, type="strategy.coverage-changed.v1"):
    subject_kind: str
    subject_id: UUID
    label: str
    service_kind: str | None
    coverage_class: str
    before: str | None
    offerings: int
    weight: int
    changed_on: date


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
    objects = [
        {
            "cost_object_code": line.cost_object_code,
            "service_id": line.service_id,
            "direct": line.direct,
            "received": line.received,
            "amount": line.full,
        }
        for line in fact.objects
    ]
    within, at = DayRange(fact.starts_on, fact.ends_on), fact.envelope.time
    run = keeping.Allocated(fact.allocation_run_id, fact.model_code, within, fact.currency, at, objects)
    await keeping.replace_full_costs(session, run)


@reactions.to(ChargeIssued)
async def keep_recovery(session: AsyncSession, fact: ChargeIssued) -> None:
    charge = keeping.Issued(
        charge_run_id=fact.charge_run_id,
        replaces=fact.replaces_charge_run_id,
        within=DayRange(fact.starts_on, fact.ends_on),
        currency=fact.currency,
        heard_at=fact.envelope.time,
        lines=[(line.cost_object_code, line.service_id, line.amount) for line in fact.services],
    )
    await keeping.add_recovery(session, charge)


@reactions.to(OfferingLaunched)
async def keep_offering(session: AsyncSession, fact: OfferingLaunched) -> None:
    await _keep_offering(session, fact)


@reactions.to(OfferingWithdrawn)
async def keep_withdrawal(session: AsyncSession, fact: OfferingWithdrawn) -> None:
    await _keep_offering(session, fact)


async def _keep_offering(session: AsyncSession, fact: OfferingLaunched | OfferingWithdrawn) -> None:
    said = fact.model_dump(exclude={"offering_id"})
    sequence, heard_at = fact.envelope.sequence, fact.envelope.time
    await keeping.know_offering(session, fact.offering_id, sequence=sequence, heard_at=heard_at, **said)


@reactions.to(NeedIdentified)
async def keep_need(session: AsyncSession, fact: NeedIdentified) -> None:
    await _keep_need(session, fact)


@reactions.to(NeedAssessed)
async def keep_assessed_need(session: AsyncSession, fact: NeedAssessed) -> None:
    await _keep_need(session, fact)


async def _keep_need(session: AsyncSession, fact: NeedIdentified | NeedAssessed) -> None:
    sequence, heard_at, said = fact.envelope.sequence, fact.envelope.time, fact.model_dump(exclude={"need_id"})
    await keeping.know_need(session, fact.need_id, sequence=sequence, heard_at=heard_at, **said)


class ObjectiveAligned(Reading, type="strategy.objective-aligned.v1"):
    service_id: UUID
    score: NonNegativeAmount | None
    objectives: int


@reactions.to(ObjectiveAligned)
async def keep_alignment(session: AsyncSession, fact: ObjectiveAligned) -> None:
    sequence, heard_at, said = fact.envelope.sequence, fact.envelope.time, fact.model_dump(exclude={"service_id"})
    await keeping.know_alignment(session, fact.service_id, sequence=sequence, heard_at=heard_at, **said)


@reactions.to(DemandForecast)
async def keep_demand(session: AsyncSession, fact: DemandForecast) -> None:
    sequence, heard_at = fact.envelope.sequence, fact.envelope.time
    months = fact.model_dump(mode="json", include={"observed", "expected"})
    said = fact.model_dump(exclude={"demand_pattern_id", "observed", "expected"})
    await keeping.know_demand(session, fact.demand_pattern_id, sequence=sequence, heard_at=heard_at, **said, **months)


@reactions.to(CoverageChanged)
async def keep_coverage(session: AsyncSession, fact: CoverageChanged) -> None:
    sequence, heard_at = fact.envelope.sequence, fact.envelope.time
    said = fact.model_dump(exclude={"subject_id"})
    await keeping.know_coverage(session, fact.subject_id, sequence=sequence, heard_at=heard_at, **said)


class InvestmentAppraised(Reading, type="finance.investment-appraised.v1"):
    investment_id: UUID
    business_case_id: UUID | None = None
    business_case_number: int | None = None
    options: list[HeardOption]


class AppraisalRefused(Reading, type="finance.appraisal-refused.v1"):
    business_case_id: UUID
    business_case_number: int
    reason: str


@reactions.to(InvestmentAppraised)
async def keep_figures(session: AsyncSession, fact: InvestmentAppraised) -> None:
    """What finance appraised for others than a business case is not kept here."""
    if fact.business_case_id is None or fact.business_case_number is None:
        return
    figures = [option.kept() for option in fact.options]
    case, number, at = fact.business_case_id, fact.business_case_number, fact.envelope.time
    await business_cases.hear(session, case, number, at=at, investment_id=fact.investment_id, figures=figures)


@reactions.to(AppraisalRefused)
async def keep_refusal(session: AsyncSession, fact: AppraisalRefused) -> None:
    case, number, at = fact.business_case_id, fact.business_case_number, fact.envelope.time
    await business_cases.hear(session, case, number, at=at, refused_reason=fact.reason)
