"""What services cost and what was charged for them, of any number of services in a few statements."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from portfolio.days import DayRange
from portfolio.evidence.kept import FullCost, KnownAllocationRun, KnownChargeRun, PostedCost, Recovery
from portfolio.evidence.schemas import (
    Basis,
    Charged,
    CostEvidence,
    FullCostEvidence,
    PeriodCost,
    RecoveryEvidence,
)
from portfolio.evidence.trend import quotient, trend
from portfolio.service.model import Service
from portfolio.service.terms import Status
from portfolio.subscription.model import Subscription

R = TypeVar("R")
Rows = dict[UUID, list[Any]]


def of_services(kept: Any, services: Collection[UUID], *columns: Any) -> Any:
    """Rows of the services: those that name one, and those that name none but have its code as their cost object's."""
    named = select(kept.service_id.label("service_id"), *columns).where(kept.service_id.in_(services))
    by_code = and_(kept.service_id.is_(None), kept.cost_object_code == Service.code)
    unnamed = (
        select(Service.id.label("service_id"), *columns)
        .join(kept, by_code)
        .where(Service.id.in_(services), Service.status != Status.ARCHIVED)
    )
    return union_all(named, unnamed).subquery()


async def _by_service(session: AsyncSession, query: Select[Any]) -> Rows:
    found: Rows = defaultdict(list)
    for row in await session.execute(query):
        found[row.service_id].append(row)
    return found


async def posted(session: AsyncSession, services: Collection[UUID], within: DayRange) -> Rows:
    """Per service, period, currency and kind; with what was subscribed to on the first day of the period."""
    cost = of_services(
        PostedCost,
        services,
        PostedCost.period_starts_on,
        PostedCost.currency,
        PostedCost.income,
        PostedCost.amount,
        PostedCost.heard_at,
    ).c
    subscribed = (
        select(func.sum(Subscription.quantity))
        .where(Subscription.service_id == cost.service_id, Subscription.starts_on <= cost.period_starts_on)
        .where(or_(Subscription.ends_on.is_(None), Subscription.ends_on > cost.period_starts_on))
        .scalar_subquery()
    )
    query = (
        select(*cost, subscribed.label("quantity"))
        .where(cost.period_starts_on >= within.starts_on, cost.period_starts_on < within.ends_on)
        .order_by(cost.period_starts_on)
    )
    return await _by_service(session, query)


async def allocated(session: AsyncSession, services: Collection[UUID], within: DayRange) -> Rows:
    """Of allocation runs within the range, the newest last."""
    run = KnownAllocationRun
    columns = FullCost.allocation_run_id, FullCost.direct, FullCost.received, FullCost.amount
    cost = of_services(FullCost, services, *columns).c
    query = (
        select(*cost, run.model_code, run.starts_on, run.ends_on, run.currency, run.completed_at)
        .join(run, run.id == cost.allocation_run_id)
        .where(run.starts_on >= within.starts_on, run.ends_on <= within.ends_on)
        .order_by(run.completed_at, run.id)
    )
    return await _by_service(session, query)


async def charged(session: AsyncSession, services: Collection[UUID], within: DayRange) -> Rows:
    """Of charge runs within the range that no later run has replaced."""
    run = KnownChargeRun
    amount = of_services(Recovery, services, Recovery.charge_run_id, Recovery.amount).c
    query = (
        select(*amount, run.starts_on, run.ends_on, run.currency, run.heard_at)
        .join(run, run.id == amount.charge_run_id)
        .where(run.replaced.is_(False), run.starts_on >= within.starts_on, run.ends_on <= within.ends_on)
        .order_by(run.starts_on, run.ends_on)
    )
    return await _by_service(session, query)


def in_one_currency(rows: Sequence[Any]) -> tuple[Sequence[Any], list[str]]:
    """The rows of the currency that most are in, and the other currencies: amounts in these are left out, not added."""
    currencies = [currency for currency, _ in Counter(sorted(row.currency for row in rows)).most_common()]
    return [row for row in rows if row.currency == currencies[0]], currencies[1:]


def cost_evidence(rows: Sequence[Any]) -> CostEvidence | None:
    if not rows:
        return None
    periods = [_period(on, of_period) for on, of_period in grouped(rows, "period_starts_on").items()]
    return CostEvidence(
        currency=rows[0].currency,
        cost=exact_sum(period.cost for period in periods),
        income=exact_sum(period.income for period in periods),
        net=exact_sum(period.net for period in periods),
        periods=periods,
        trend=trend([(period.cost, Decimal(1)) for period in periods]),
        unit_cost=trend([(period.cost, period.quantity or Decimal(0)) for period in periods]),
        as_of=max(row.heard_at for row in rows),
    )


def _period(on: date, rows: Sequence[Any]) -> PeriodCost:
    cost = exact_sum(row.amount for row in rows if not row.income)
    income = -exact_sum(row.amount for row in rows if row.income)
    return PeriodCost(starts_on=on, cost=cost, income=income, net=cost - income, quantity=rows[0].quantity)


def full_cost_evidence(rows: Iterable[Any]) -> list[FullCostEvidence]:
    return [
        FullCostEvidence(
            model_code=row.model_code,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            currency=row.currency,
            direct=row.direct,
            received=row.received,
            full_cost=row.amount,
            as_of=row.completed_at,
        )
        for row in rows
    ]


def recovery_evidence(
    rows: Sequence[Any], cost: CostEvidence | None, full: Sequence[FullCostEvidence]
) -> RecoveryEvidence | None:
    if not rows:
        return None
    currency = rows[0].currency
    ranges: Mapping[DayRange, list[Any]] = defaultdict(list)
    for row in rows:
        ranges[DayRange(row.starts_on, row.ends_on)].append(row.amount)
    recovered = exact_sum(row.amount for row in rows)
    against, basis = _cost_of(list(ranges), currency, cost, full)
    return RecoveryEvidence(
        currency=currency,
        recovered=recovered,
        cost=against,
        basis=basis,
        ratio=None if against is None else quotient(recovered, against),
        charged=[
            Charged(starts_on=days.starts_on, ends_on=days.ends_on, amount=exact_sum(amounts))
            for days, amounts in ranges.items()
        ],
        as_of=max(row.heard_at for row in rows),
    )


def _cost_of(
    ranges: Sequence[DayRange], currency: str, cost: CostEvidence | None, full: Sequence[FullCostEvidence]
) -> tuple[Decimal | None, Basis | None]:
    """What the charged days cost: of several allocations of just these days the newest, else what was posted."""
    same = [it for it in full if [DayRange(it.starts_on, it.ends_on)] == ranges and it.currency == currency]
    if same:
        return same[-1].full_cost, Basis.FULL_COST
    if cost is None or cost.currency != currency:
        return None, None
    periods = [it for it in cost.periods if any(days.holds(it.starts_on) for days in ranges)]
    return (exact_sum(it.cost for it in periods), Basis.POSTED_COST) if periods else (None, None)


def grouped(rows: Iterable[R], by: str) -> dict[Any, list[R]]:
    """In the order in which they come."""
    groups: dict[Any, list[R]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    return groups
