"""The health of services: what was kept of what was measured, by weight and days, and how much was measured."""

from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made

QUARTER = {"starts_on": "2025-10-01", "ends_on": "2026-01-01"}


async def record(portfolio: ServiceUnderTest, level: dict[str, Any], **months: str) -> None:
    stated = [
        {"source": "m", "service_level_id": level["id"], "period_starts_on": f"2025-{name[1:]}-01", "value": value}
        for name, value in months.items()
    ]
    made(await portfolio.client.post("/v1/measurements", json={"measurements": stated}))


@pytest.fixture
async def mail(portfolio: ServiceUnderTest, services: Services) -> dict[str, Any]:
    """One level of weight 3 met in October (31 days) and missed in November (30); one of weight 1 met in December."""
    mail = await services.proposed("mail")
    heavy = await services.level(mail, name="Heavy", weight="3")
    light = await services.level(mail, name="Light")
    mail = await services.up_to(mail, "launch")
    await record(portfolio, heavy, m10="99.9", m11="99")
    await record(portfolio, light, m12="100")
    return mail


async def test_health_weighs_each_window_by_weight_and_days_and_shows_the_share_measured(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    """Met (3·31 + 31) of measured (3·61 + 31); measured of (3 + 1)·92 days."""
    told = made(await portfolio.client.get(f"/v1/services/{mail['id']}/attainment", params=QUARTER))
    assert (told["health"], told["coverage"]) == ("0.5794", "0.5815")
    assert [it["attainment"] for it in told["service_levels"]] == ["0.5000", "1.0000"]
    assert (told["measured"], told["share_measured"]) == (2, "1.0000")


async def health(portfolio: ServiceUnderTest, **asked: str) -> list[tuple[str, str | None, str | None]]:
    items = made(await portfolio.client.get("/v1/service-health", params={**QUARTER, **asked}))["items"]
    return [(it["code"], it["health"], it["coverage"]) for it in items]


async def test_the_list_of_all_services_says_the_same_and_is_paged(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.operational("unmeasured")
    disk = await services.operational("disk", kind="supporting")
    (level,) = made(await portfolio.client.get("/v1/service-levels", params={"service_id": disk["id"]}))["items"]
    await record(portfolio, level, m10="1")
    await services.level(await services.proposed("idea"))

    ranked = [("disk", "0.0000", "0.3370"), ("mail", "0.5794", "0.5815"), ("unmeasured", None, "0.0000")]
    assert await health(portfolio, sort="health") == ranked
    assert await health(portfolio, sort="-health") == ranked[::-1]
    assert await health(portfolio, health_below="0.5") == ranked[:1]
    assert await health(portfolio, kind="customer_facing") == ranked[1:]

    first = await portfolio.client.get("/v1/service-health", params={**QUARTER, "sort": "health", "limit": "2"})
    rest = await health(portfolio, sort="health", limit="2", cursor=made(first)["next_cursor"])
    assert rest == ranked[2:]


async def test_a_weight_of_zero_is_watched_and_counts_in_no_health(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    disk = await services.proposed("disk")
    await record(portfolio, await services.level(disk, weight="0"), m10="1")
    told = made(await portfolio.client.get(f"/v1/services/{disk['id']}/attainment", params=QUARTER))
    assert (told["missed"], told["health"], told["coverage"]) == (1, None, None)


async def test_windows_to_come_are_not_missing(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    """It is January: of the year that begins in October the same three months have closed."""
    year = {"starts_on": "2025-10-01", "ends_on": "2026-10-01"}
    told = made(await portfolio.client.get(f"/v1/services/{mail['id']}/attainment", params=year))
    assert told["coverage"] == "0.5815"
