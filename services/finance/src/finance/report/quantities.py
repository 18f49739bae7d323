"""How much of a driver each target had in each month of a range, and over all of it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import exact_sum
from finance.driver.model import Driver, DriverKind, DriverQuantity
from finance.fiscal_period.model import FiscalPeriod
from finance.fiscal_period.range import PeriodRange
from finance.report.links import address

P, Q = FiscalPeriod, DriverQuantity


class Quantities:
    """By target and first day of the month; of a target without any, nothing is known."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._months: defaultdict[UUID, dict[date, Decimal]] = defaultdict(dict)

    def of(self, id: UUID, part: PeriodRange) -> Decimal | None:
        """Of a flow the sum over a part of the range, of a level what holds on its last day."""
        known = [
            self._months[id][month] for month in sorted(self._months[id]) if part.starts_on <= month < part.ends_on
        ]
        if not known:
            return None
        return exact_sum(known) if self.driver.kind == DriverKind.FLOW else known[-1]

    def link(self, id: UUID, part: PeriodRange) -> str:
        """To the quantities that were counted: of a level, to all that came before the end."""
        from_ = part.starts_on if self.driver.kind == DriverKind.FLOW else None
        path = f"drivers/{self.driver.id}/quantities"
        return address(path, target_id=id, dated_from=from_, dated_before=part.ends_on)


async def quantities_of(
    session: AsyncSession, driver: Driver, within: PeriodRange, targets: Collection[UUID]
) -> Quantities:
    """One statement."""
    found = Quantities(driver)
    query = _summed(driver.id, within) if driver.kind == DriverKind.FLOW else _held(driver.id, within)
    for id, month, quantity in await session.execute(query.where(among(Q.target_id, targets))):
        found._months[id][month] = quantity
    return found


def _summed(driver_id: UUID, within: PeriodRange) -> Select[*tuple[Any, ...]]:
    return (
        select(Q.target_id, P.starts_on, func.sum(Q.quantity))
        .join_from(P, Q, (Q.valid_from >= P.starts_on) & (Q.valid_from < P.ends_on))
        .where(Q.driver_id == driver_id, P.starts_on >= within.starts_on, P.starts_on < within.ends_on)
        .group_by(Q.target_id, P.starts_on)
    )


def _held(driver_id: UUID, within: PeriodRange) -> Select[*tuple[Any, ...]]:
    return (
        select(Q.target_id, P.starts_on, Q.quantity)
        .ext(distinct_on(Q.target_id, P.starts_on))
        .join_from(P, Q, Q.valid_from < P.ends_on)
        .where(Q.driver_id == driver_id, P.starts_on >= within.starts_on, P.starts_on < within.ends_on)
        .order_by(Q.target_id, P.starts_on, Q.valid_from.desc())
    )
