"""Takes down what was invested in initiatives, and what services cost and recovered, as finance has announced it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, Select, and_, cast, exists, func, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import WHOLE_DIGITS, Money, exact_sum
from strategy.evidence.kept import KnownChargeRun, PostedCost, Recovery
from strategy.initiative.model import Initiative
from strategy.known_service.model import KnownService
from strategy.strategy_review.snapshot import CostTotal, Listed, ReviewedCost, ReviewedCosts

MOST = 1_000
LARGEST = Decimal(10) ** WHOLE_DIGITS
C, K, R = PostedCost, KnownService, KnownChargeRun

# Cost that finance names by code alone; a service of the same code would have been there first, and it would be its.
OF_INITIATIVE = and_(
    C.cost_object_code == Initiative.code, C.service_id.is_(None), ~exists().where(K.code == Initiative.code)
)


async def invested(session: AsyncSession) -> dict[UUID, list[Money]]:
    """Per initiative that anything was posted for: expenses of all periods, one sum per currency."""
    query = select(Initiative.id, C.currency, func.sum(C.amount)).join(C, OF_INITIATIVE).where(~C.income)
    found: dict[UUID, list[Money]] = defaultdict(list)
    for id, currency, amount in await session.execute(query.group_by(Initiative.id, C.currency).order_by(C.currency)):
        if fits(amount):
            found[id].append(Money(amount=amount, currency=currency))
    return found


def fits(amount: Decimal) -> bool:
    """Whether an amount has no more digits than may be told; what has more is as if nothing were known."""
    return abs(amount) < LARGEST


def year_before(on: date) -> tuple[date, date]:
    """The twelve whole months before the month of the day."""
    ends_on = on.replace(day=1)
    return ends_on.replace(year=ends_on.year - 1), ends_on


def of_service(kept: Any) -> Any:
    """Finance names a service by its id once it knows it, and before that only by the code of its cost object."""
    return or_(kept.service_id == K.id, and_(kept.service_id.is_(None), kept.cost_object_code == K.code))


def _posted(starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    days = C.period_starts_on >= starts_on, C.period_starts_on < ends_on
    sums = [func.sum(C.amount).filter(~C.income), -func.sum(C.amount).filter(C.income), cast(null(), Numeric)]
    query = select(K.id, K.code, C.currency, *sums).join(C, of_service(C)).where(*days)
    return query.group_by(K.id, C.currency)


def _charged(starts_on: date, ends_on: date) -> Select[*tuple[Any, ...]]:
    days = R.starts_on >= starts_on, R.ends_on <= ends_on, ~R.replaced
    nothing = cast(null(), Numeric)
    query = select(K.id, K.code, R.currency, nothing, nothing, func.sum(Recovery.amount))
    query = query.select_from(K).join(Recovery, of_service(Recovery)).join(R, R.id == Recovery.charge_run_id)
    return query.where(*days).group_by(K.id, R.currency)


async def costs_before(session: AsyncSession, on: date) -> ReviewedCosts:
    """Of the twelve whole months before; charges whose days reach beyond them are left out."""
    starts_on, ends_on = year_before(on)
    known = union_all(_posted(starts_on, ends_on), _charged(starts_on, ends_on)).subquery()
    id, code, currency, *sums = known.c
    query = select(id, code, currency, *(func.sum(it) for it in sums)).group_by(id, code, currency)
    rows = [
        ReviewedCost(service_id=service, code=name, currency=unit, **dict(zip(SUMS, map(_sum, amounts), strict=True)))
        for service, name, unit, *amounts in await session.execute(query)
    ]
    rows.sort(key=lambda it: (it.currency, -(it.cost or Decimal(0)), it.code))
    return ReviewedCosts(
        starts_on=starts_on,
        ends_on=ends_on,
        heard_at=await session.scalar(select(func.max(C.heard_at))),
        totals=_totals(rows),
        services=Listed(items=rows[:MOST], left_out=max(len(rows) - MOST, 0)),
    )


def _totals(rows: Sequence[ReviewedCost]) -> list[CostTotal]:
    return [
        CostTotal(currency=currency, **{name: _sum(*(getattr(row, name) for row in same)) for name in SUMS})
        for currency in sorted({row.currency for row in rows})
        for same in [[row for row in rows if row.currency == currency]]
    ]


SUMS = ("cost", "income", "recovered")


def _sum(*amounts: Decimal | None) -> Decimal | None:
    """Of what is known; of nothing nothing is known."""
    known = [amount for amount in amounts if amount is not None]
    return total if known and fits(total := exact_sum(known)) else None
