"""The pipeline as a funnel: how many services stand where, for how long, and what they ask for."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Float, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import round_to
from portfolio.picture.schemas import Asked, Funnel, FunnelStage
from portfolio.service.history import Transition
from portfolio.service.model import Service
from portfolio.service.terms import Status, Step

ORDER = (
    Status.PROPOSED,
    Status.DEFINED,
    Status.ANALYZED,
    Status.APPROVED,
    Status.CHARTERED,
    Status.IN_DEVELOPMENT,
    Status.ON_HOLD,
)


async def funnel(session: AsyncSession, at: datetime) -> Funnel:
    """Two statements: ages by status, and the budgets that are asked for."""
    ages = {row.status: row for row in await session.execute(_ages(at.date()))}
    asked: dict[Status, list[Asked]] = {}
    for status, currency, amount, services in await session.execute(_asked()):
        asked.setdefault(status, []).append(Asked(currency=currency, amount=amount, services=services))
    return Funnel(as_of=at.date(), stages=[_stage(status, ages.get(status), asked.get(status, [])) for status in ORDER])


def _stage(status: Status, row: Any, asked: list[Asked]) -> FunnelStage:
    services = row.services if row else 0
    return FunnelStage(
        status=status,
        services=services,
        days_mean=_tenths(row.mean) if row else None,
        days_median=_tenths(row.median) if row else None,
        days_longest=row.longest if row else None,
        asked=asked,
        without_budget=services - sum(each.services for each in asked),
    )


def _tenths(days: Decimal | float) -> Decimal:
    return round_to(Decimal(str(days)), 1)


def _ages(today: date) -> Select[Any]:
    """A relation that ended is told in the history of a service, and is no step of it."""
    entered = (
        select(Transition.service_id, func.max(Transition.at).label("at"))
        .where(Transition.step != Step.RELATION_END)
        .group_by(Transition.service_id)
        .subquery()
    )
    days = today - cast(entered.c.at, Date)
    return (
        select(
            Service.status,
            func.count().label("services"),
            func.avg(days).label("mean"),
            func.percentile_cont(0.5).within_group(cast(days, Float)).label("median"),
            func.max(days).label("longest"),
        )
        .join(entered, entered.c.service_id == Service.id)
        .where(Service.status.in_(ORDER))
        .group_by(Service.status)
    )


def _asked() -> Select[*tuple[Any, ...]]:
    return (
        select(Service.status, Service.requested_currency, func.sum(Service.requested_amount), func.count())
        .where(Service.status.in_(ORDER), Service.requested_amount.is_not(None))
        .group_by(Service.status, Service.requested_currency)
        .order_by(Service.requested_currency)
    )
