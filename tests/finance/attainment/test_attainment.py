"""What finance keeps of the performance that portfolio assesses."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from chassis.testing import ServiceUnderTest
from finance.attainment.queries import Attained, attainments
from finance.fiscal_period.range import PeriodRange

MAIL, DISK = uuid4(), uuid4()


@dataclass
class Portfolio:
    """Announces what it has assessed."""

    finance: ServiceUnderTest

    async def assesses(self, starts_on: str, ends_on: str, *weights: str, number: int = 1, **more: Any) -> None:
        names = ("weight", "weight_measured", "weight_met")
        stated = {"service_id": str(MAIL), "window": "month", "code": "mail", "number": number, **more}
        fact = {**stated, "starts_on": starts_on, "ends_on": ends_on, **dict(zip(names, weights, strict=True))}
        await self.finance.deliver("portfolio.performance-assessed.v1", fact, sequence=number)

    async def attained(self, starts_on: date, ends_on: date, *services: UUID) -> dict[UUID, Attained]:
        async with self.finance.database.transaction() as session:
            return await attainments(session, PeriodRange(starts_on, ends_on, "CAD"), services or None)


YEAR = date(2026, 1, 1), date(2027, 1, 1)


async def test_windows_count_by_weight_and_days_and_what_was_not_measured_lowers_the_coverage(
    finance: ServiceUnderTest,
) -> None:
    """Met 4·31 of measured 4·31 + 2·28, of promised 4·31 + 4·28."""
    portfolio = Portfolio(finance)
    await portfolio.assesses("2026-01-01", "2026-02-01", "4", "4", "4")
    await portfolio.assesses("2026-02-01", "2026-03-01", "4", "2", "0")
    assert await portfolio.attained(*YEAR) == {MAIL: Attained(2, Decimal("0.6889"), Decimal("0.7627"))}


async def test_a_window_counts_where_it_lies_wholly_in_the_range(finance: ServiceUnderTest) -> None:
    portfolio = Portfolio(finance)
    await portfolio.assesses("2026-01-01", "2026-02-01", "1", "1", "1")
    await portfolio.assesses("2025-04-01", "2026-04-01", "1", "1", "0", window="year")
    assert (await portfolio.attained(*YEAR))[MAIL].share == 1
    assert (await portfolio.attained(date(2025, 4, 1), date(2026, 4, 1)))[MAIL] == Attained(
        2, Decimal("0.0783"), Decimal(1)
    )
    assert await portfolio.attained(date(2026, 1, 2), date(2026, 2, 1)) == {}


async def test_what_was_not_measured_has_no_share(finance: ServiceUnderTest) -> None:
    portfolio = Portfolio(finance)
    await portfolio.assesses("2026-01-01", "2026-02-01", "4", "0", "0")
    await portfolio.assesses("2026-01-01", "2026-02-01", "0", "0", "0", service_id=str(DISK))
    assert await portfolio.attained(*YEAR) == {MAIL: Attained(1, None, Decimal(0)), DISK: Attained(1, None, None)}
    assert await portfolio.attained(*YEAR, DISK) == {DISK: Attained(1, None, None)}


async def test_the_newest_assessment_of_a_window_stands_in_whatever_order_it_comes(finance: ServiceUnderTest) -> None:
    portfolio = Portfolio(finance)
    await portfolio.assesses("2026-01-01", "2026-02-01", "4", "4", "0", number=2)
    await portfolio.assesses("2026-01-01", "2026-02-01", "4", "4", "4", number=1)
    assert (await portfolio.attained(*YEAR))[MAIL].share == 0
    await portfolio.assesses("2026-01-01", "2026-02-01", "4", "4", "2", number=3)
    assert (await portfolio.attained(*YEAR))[MAIL].share == Decimal("0.5")
