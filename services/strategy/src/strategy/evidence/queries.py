"""What is known of many services within a range: each question is one statement, whatever their number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Select, case, exists, func, null, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.bulk import among
from strategy.evidence.kept import (
    PENDING,
    DecisionKind,
    DecisionState,
    FullCost,
    KnownAllocationRun,
    KnownChargeRun,
    KnownDecision,
    KnownPerformance,
    PostedCost,
    Recovery,
)
from strategy.known_service.model import KnownService

NOTHING = null().cast(Numeric)


@dataclass(frozen=True)
class DayRange:
    """From `starts_on` up to, not including, `ends_on`."""

    starts_on: date
    ends_on: date

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on


class Posted(NamedTuple):
    """Expenses and income of a fiscal period, both as positive amounts."""

    service_id: UUID
    currency: str
    starts_on: date
    cost: Decimal
    income: Decimal
    heard_at: datetime


class Allocated(NamedTuple):
    service_id: UUID
    run_id: UUID
    cost_object_code: str
    model_code: str
    starts_on: date
    ends_on: date
    currency: str
    amount: Decimal
    completed_at: datetime


class Charged(NamedTuple):
    """What all charges of a range ask for."""

    service_id: UUID
    currency: str
    starts_on: date
    ends_on: date
    amount: Decimal
    heard_at: datetime


class Summed(NamedTuple):
    """Over the whole range; None where nothing was posted, or nothing charged."""

    service_id: UUID
    currency: str
    cost: Decimal | None
    income: Decimal | None
    recovered: Decimal | None


class Spent(NamedTuple):
    """What was spent under the code of an initiative."""

    code: str
    currency: str
    amount: Decimal
    heard_at: datetime


def _of_services(kept: Any, services: Collection[UUID], *columns: Any) -> Any:
    """Rows that name one of the services, and those that name none but have its code as their cost object's: of several
    services that have had a code, that of the one announced last."""
    named = select(kept.service_id.label("service_id"), *columns).where(among(kept.service_id, services))
    later = aliased(KnownService)
    unnamed = (
        select(KnownService.id.label("service_id"), *columns)
        .join(kept, kept.service_id.is_(None) & (kept.cost_object_code == KnownService.code))
        .where(among(KnownService.id, services))
        .where(~exists().where(later.code == KnownService.code, later.id > KnownService.id))
    )
    return union_all(named, unnamed).subquery()


async def posted(session: AsyncSession, services: Collection[UUID], within: DayRange) -> list[Posted]:
    """In order of currency and period."""
    P = PostedCost
    part = _of_services(P, services, P.currency, P.period_starts_on, P.income, P.amount, P.heard_at).c
    cost, income = _summed(part.amount, ~part.income), -_summed(part.amount, part.income)
    keys = part.service_id, part.currency, part.period_starts_on
    query = select(*keys, cost, income, func.max(part.heard_at)).where(_begins_within(part.period_starts_on, within))
    return [Posted(*row) for row in await session.execute(query.group_by(*keys).order_by(*keys[1:]))]


def _summed(amount: Any, condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(amount).filter(condition), 0)


def _begins_within(day: Any, within: DayRange) -> ColumnElement[bool]:
    begins: ColumnElement[bool] = (day >= within.starts_on) & (day < within.ends_on)
    return begins


async def allocated(session: AsyncSession, services: Collection[UUID], within: DayRange) -> list[Allocated]:
    """By allocations within the range, the newest last."""
    run = KnownAllocationRun
    part = _of_services(FullCost, services, FullCost.allocation_run_id, FullCost.cost_object_code, FullCost.amount).c
    columns = part.service_id, run.id, part.cost_object_code, run.model_code, run.starts_on, run.ends_on, run.currency
    query = select(*columns, part.amount, run.completed_at).join(run, run.id == part.allocation_run_id)
    query = query.where(run.starts_on >= within.starts_on, run.ends_on <= within.ends_on)
    return [Allocated(*row) for row in await session.execute(query.order_by(run.completed_at, run.id))]


async def charged(session: AsyncSession, services: Collection[UUID], within: DayRange) -> list[Charged]:
    """Of charges within the range that nothing has replaced, in order of currency and range."""
    part = _charges(services, within).c
    keys = part.service_id, part.currency, part.starts_on, part.ends_on
    query = select(*keys, func.sum(part.amount), func.max(part.heard_at)).group_by(*keys).order_by(*keys[1:])
    return [Charged(*row) for row in await session.execute(query)]


def _charges(services: Collection[UUID], within: DayRange) -> Any:
    run = KnownChargeRun
    part = _of_services(Recovery, services, Recovery.charge_run_id, Recovery.amount).c
    columns = part.service_id, part.amount, run.currency, run.starts_on, run.ends_on, run.heard_at
    query = select(*columns).join(run, run.id == part.charge_run_id)
    return query.where(run.starts_on >= within.starts_on, run.ends_on <= within.ends_on).subquery()


async def summed(session: AsyncSession, services: Collection[UUID], within: DayRange) -> list[Summed]:
    P = PostedCost
    cost = _of_services(P, services, P.currency, P.period_starts_on, P.income, P.amount).c
    amounts = case((~cost.income, cost.amount), else_=0), case((cost.income, -cost.amount), else_=0), NOTHING
    of_cost = select(cost.service_id, cost.currency, *amounts).where(_begins_within(cost.period_starts_on, within))
    charge = _charges(services, within).c
    both = union_all(of_cost, select(charge.service_id, charge.currency, NOTHING, NOTHING, charge.amount)).subquery()
    service_id, currency, *parts = both.c
    query = select(service_id, currency, *(func.sum(part) for part in parts)).group_by(service_id, currency)
    return [Summed(*row) for row in await session.execute(query)]


async def spent(session: AsyncSession, codes: Sequence[str], within: DayRange) -> list[Spent]:
    """Under the codes of initiatives; expenses alone."""
    P = PostedCost
    keys = P.cost_object_code, P.currency
    query = select(*keys, func.sum(P.amount), func.max(P.heard_at)).where(among(P.cost_object_code, codes))
    query = query.where(P.service_id.is_(None), ~P.income, _begins_within(P.period_starts_on, within))
    return [Spent(*row) for row in await session.execute(query.group_by(*keys).order_by(*keys))]


async def performances(session: AsyncSession, services: Collection[UUID]) -> list[KnownPerformance]:
    """Of each kind of window the newest; the latest first, of those that end together the shortest."""
    P = KnownPerformance
    query = select(P).where(among(P.service_id, services)).order_by(P.ends_on.desc(), P.starts_on.desc(), P.window)
    return list((await session.scalars(query)).all())


async def decisions(session: AsyncSession, services: Collection[UUID], *, since: date) -> list[KnownDecision]:
    """All that are pending, then those that were made since a day, the latest first."""
    D = KnownDecision
    query = select(D).where(among(D.service_id, services), is_pending() | (D.stated_on >= since))
    return list((await session.scalars(query.order_by(is_pending().desc(), D.stated_on.desc(), D.kind, D.id))).all())


async def pending(session: AsyncSession, services: Collection[UUID]) -> dict[UUID, int]:
    """How many decisions about each service are pending, of those that have any."""
    D = KnownDecision
    query = select(D.service_id, func.count()).where(among(D.service_id, services), is_pending())
    return {row.service_id: row[1] for row in await session.execute(query.group_by(D.service_id))}


def is_pending() -> ColumnElement[bool]:
    pending: ColumnElement[bool] = tuple_(KnownDecision.kind, KnownDecision.state).in_(sorted(PENDING))
    return pending


def planned(services: Collection[UUID]) -> Select[UUID]:
    """Those that are in the pipeline and not chartered yet."""
    D = KnownDecision
    proposed = D.kind == DecisionKind.PROPOSAL, D.state.in_((DecisionState.PROPOSED, DecisionState.APPROVED))
    return select(D.service_id).where(among(D.service_id, services), *proposed)
