"""What strategy says of the capacity of assets is kept month by month, and unused capacity is found in it."""

from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.evidence.test_market import listed
from tests.portfolio.opportunity.scans import Scans


async def used(scans: Scans, asset: UUID, **months: str) -> None:
    """100 days were there in each of these months."""
    for sequence, (month, quantity) in enumerate(months.items(), 1):
        year, number = month.removeprefix("m").split("_")
        await scans.capacity(asset, f"{year}-{number}", "100", quantity, sequence=sequence)


async def test_capacity_is_known_month_by_month_by_its_newest_fact(portfolio: ServiceUnderTest, scans: Scans) -> None:
    asset = uuid7()
    await scans.capacity(asset, "2026-01", "220", None, sequence=1)
    await scans.capacity(asset, "2025-12", "200", "231.5", sequence=3)
    await scans.capacity(asset, "2025-12", "999", "1", sequence=2, name="Older")
    december, january = await listed(portfolio, "known-capacities", asset_id=str(asset))
    assert (december["starts_on"], december["ends_on"]) == ("2025-12-01", "2026-01-01")
    assert (december["available"], december["used"], december["name"]) == ("200", "231.5", "Engineers")
    assert (january["available"], january["used"]) == ("220", None)
    assert len(await listed(portfolio, "known-capacities", starting_from="2026-01-01")) == 1
    assert len(await listed(portfolio, "known-capacities", starting_before="2026-01-01", code="engineers")) == 1
    assert await listed(portfolio, "known-capacities", code="testers") == []


async def test_an_asset_of_which_little_was_used_lately_is_found(scans: Scans) -> None:
    asset = uuid7()
    await used(scans, asset, m2025_09="100", m2025_10="50", m2025_11="60", m2025_12="61")
    assert await scans.scan() == {"unused-capacity": {"found": 1}}  # 171 of 300 in the three latest
    opportunity = await scans.the_one()
    assert (opportunity["subject_id"], opportunity["magnitude"]) == (str(asset), "0.4300")
    assert opportunity["evidence"]["links"] == [f"/strategy/v1/assets/{asset}"]


@pytest.mark.parametrize(
    "months",
    [
        {"m2025_10": "60", "m2025_11": "60", "m2025_12": "60"},
        {"m2025_11": "0", "m2025_12": "0"},
        {"m2025_11": "0", "m2025_12": "0", "m2026_01": "0"},
        {"m2024_10": "0", "m2024_11": "0", "m2024_12": "0"},
    ],
    ids=["used enough", "too few months", "a month that is not over", "long ago"],
)
async def test_no_asset_is_found_that_is_used_or_of_which_too_little_is_known(
    scans: Scans, months: dict[str, str]
) -> None:
    await used(scans, uuid7(), **months)
    assert await scans.scan() == {}


async def test_use_that_becomes_known_later_makes_the_opportunity_lapse(scans: Scans) -> None:
    asset = uuid7()
    await used(scans, asset, m2025_10="10", m2025_11="10", m2025_12="10")
    await scans.scan()
    await scans.capacity(asset, "2025-12", "100", "180", sequence=4)
    assert await scans.scan() == {"unused-capacity": {"lapsed": 1}}
