"""How far services kept their promises over a range of days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import round_to
from finance.attainment.model import Attainment

DECIMALS = 4


class Days(Protocol):
    """Half-open `[starts_on, ends_on)`, such as a PeriodRange."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


@dataclass(frozen=True)
class Attained:
    """`share` of what was measured was met; `coverage` of what was promised was measured. Fractions to four decimals,
    null where there is nothing to divide by: what was not measured is no zero."""

    windows: int
    share: Decimal | None
    coverage: Decimal | None


async def attainments(
    session: AsyncSession, within: Days, services: Collection[UUID] | None = None
) -> dict[UUID, Attained]:
    """Of each service (of these, or of all) of which a window that lies wholly in the range was assessed. A window
    counts by its weight times its days, so that twelve months weigh as much as the year that they make."""
    A = Attainment
    days: Any = cast(A.ends_on - A.starts_on, Integer)
    weights = (func.sum(column * days) for column in (A.weight, A.weight_measured, A.weight_met))
    query = (
        select(A.service_id, func.count(), *weights)
        .where(A.starts_on >= within.starts_on, A.ends_on <= within.ends_on)
        .group_by(A.service_id)
    )
    if services is not None:
        query = query.where(among(A.service_id, services))
    return {
        id: Attained(windows, _share(met, measured), _share(measured, whole))
        for id, windows, whole, measured, met in await session.execute(query)
    }


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return round_to(part / whole, DECIMALS) if whole else None
