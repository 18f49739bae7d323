"""Assessments of closed windows: announced when a window closes or what is known of it changes, once per change."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.chores import carry_out
from chassis.testing import ServiceUnderTest
from portfolio.app import manifest
from tests.portfolio.services import LEVEL, Services, made

FACT = "portfolio.performance-assessed.v1"


@pytest.fixture
async def mail(portfolio: ServiceUnderTest, services: Services) -> dict[str, Any]:
    """In the catalog since before December."""
    portfolio.clock.now = datetime(2025, 11, 20, tzinfo=UTC)
    mail = await services.operational("mail")
    portfolio.clock.now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    return mail


async def record(
    portfolio: ServiceUnderTest, value: str | None, on: str = "2025-12-01", name: str = "Available"
) -> None:
    stated = {"source": "m", "service": "mail", "service_level": name, "period_starts_on": on, "value": value}
    done = made(await portfolio.client.post("/v1/measurements", json={"measurements": [stated]}))
    assert done["rejected"] == 0, done


async def assess(portfolio: ServiceUnderTest) -> tuple[int, int]:
    run = made(await portfolio.client.post("/v1/performance-assessments"))
    return run["windows"], run["announced"]


async def announced(portfolio: ServiceUnderTest) -> list[dict[str, Any]]:
    return [envelope.data for envelope in await portfolio.announced(FACT)]


async def test_a_measurement_of_a_closed_window_is_announced_once_and_again_when_it_changes(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.level(mail, name="Fast", weight="3")
    await record(portfolio, "99.95")
    await record(portfolio, "99.95")
    await record(portfolio, "99.96")

    (fact,) = await announced(portfolio)
    assert fact == {
        "service_id": mail["id"],
        "code": "mail",
        "window": "month",
        "starts_on": "2025-12-01",
        "ends_on": "2026-01-01",
        "number": 1,
        "levels": 2,
        "measured": 1,
        "met": 1,
        "weight": "4",
        "weight_measured": "1",
        "weight_met": "1",
        "attainment": "1.0000",
        "coverage": "0.2500",
        "health": "1.0000",
        "assessed_at": "2026-01-15T12:00:00Z",
    }

    await record(portfolio, "98", name="Fast")
    fact = (await announced(portfolio))[-1]
    assert (fact["number"], fact["health"], fact["attainment"], fact["coverage"]) == (2, "0.2500", "0.5000", "1.0000")
    (kept,) = made(await portfolio.client.get("/v1/performance-assessments"))["items"]
    assert (kept["number"], kept["health"]) == (2, "0.2500")


async def test_a_window_that_runs_is_assessed_when_it_has_closed(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await record(portfolio, "99.95", on="2026-01-01")
    assert await announced(portfolio) == []
    portfolio.clock.now = datetime(2026, 2, 1, tzinfo=UTC)
    assert await assess(portfolio) == (1, 1)
    assert await assess(portfolio) == (0, 0)
    (fact,) = await announced(portfolio)
    assert (fact["starts_on"], fact["health"]) == ("2026-01-01", "1.0000")


async def test_a_window_of_which_nothing_is_known_closes_as_not_measured(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    assert await assess(portfolio) == (1, 1)
    (fact,) = await announced(portfolio)
    assert (fact["starts_on"], fact["health"], fact["attainment"], fact["coverage"]) == (
        "2025-12-01",
        None,
        None,
        "0.0000",
    )


async def test_months_without_a_run_are_caught_up_with(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    await assess(portfolio)
    portfolio.clock.now = datetime(2026, 5, 2, tzinfo=UTC)
    assert await assess(portfolio) == (4, 4)
    starts = sorted(fact["starts_on"] for fact in await announced(portfolio))
    assert starts == ["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]


async def test_what_is_not_in_the_catalog_is_not_assessed_by_the_calendar(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.level(await services.proposed("idea"))
    await services.operational("new")  # launched today: no window has closed since
    assert await assess(portfolio) == (0, 0)


async def test_another_target_assesses_the_closed_windows_again(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await record(portfolio, "99.95")
    (level,) = made(await portfolio.client.get("/v1/service-levels"))["items"]
    address = f"/v1/service-levels/{level['id']}"
    made(await portfolio.client.put(address, json={**LEVEL, "target": "99.8"}, headers={"If-Match": '"1"'}))
    assert len(await announced(portfolio)) == 1
    made(await portfolio.client.put(f"{address}/targets/2026-01-01", json={"target": "100"}))
    assert len(await announced(portfolio)) == 1
    made(await portfolio.client.put(f"{address}/targets/2025-12-01", json={"target": "100"}))
    assert [fact["met"] for fact in await announced(portfolio)] == [1, 0]


async def test_an_outage_of_a_closed_month_is_announced(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.level(mail, name="From outages", outages_since="2025-12-01", target="99.5")
    outage = {"service_id": mail["id"], "kind": "unplanned", "summary": "Disks full"}
    spanned = {"starts_at": "2025-12-10T00:00:00Z", "ends_at": "2025-12-10T07:26:24Z"}
    made(await portfolio.client.post("/v1/outages", json={**outage, **spanned}))
    told = [(fact["number"], fact["levels"], fact["met"], fact["measured"]) for fact in await announced(portfolio)]
    assert told == [(1, 2, 1, 1), (2, 2, 0, 1)]


async def test_of_two_who_measure_at_once_the_last_assessment_sees_both(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    names = [f"Level {number}" for number in range(6)]
    for name in names:
        await services.level(mail, name=name)
    await asyncio.gather(*(record(portfolio, "100", name=name) for name in names))
    facts = await announced(portfolio)
    assert max(facts, key=lambda fact: fact["number"])["measured"] == 6
    assert sorted(fact["number"] for fact in facts) == list(range(1, len(facts) + 1))


async def test_windows_of_each_kind_are_assessed_by_themselves(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.level(mail, name="Yearly", window="year", year_starts_in=4)
    await record(portfolio, "100", on="2024-04-01", name="Yearly")
    await record(portfolio, "100", on="2025-04-01", name="Yearly")
    await record(portfolio, "1")
    told = [(fact["window"], fact["starts_on"], fact["ends_on"], fact["health"]) for fact in await announced(portfolio)]
    assert told == [
        ("year", "2024-04-01", "2025-04-01", "1.0000"),
        ("month", "2025-12-01", "2026-01-01", "0.0000"),
    ]
    asked = {"window": "year", "service_id": mail["id"], "starting_from": "2024-01-01", "starting_before": "2025-01-01"}
    assert len(made(await portfolio.client.get("/v1/performance-assessments", params=asked))["items"]) == 1


async def test_a_file_is_assessed_as_it_is_taken(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    text = "source,service,service_level,period_starts_on,value\n" + "".join(
        f"m,mail,Available,{year}-{month:02}-01,99.95\n" for year in (2024, 2025) for month in range(1, 13)
    )
    headers = {"Content-Type": "text/csv"}
    for _ in range(2):
        made(await portfolio.client.post("/v1/measurement-imports", content=text.encode(), headers=headers))
    assert len(await announced(portfolio)) == 24


async def test_a_new_promise_changes_nothing_of_what_was_assessed_before(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await record(portfolio, "99.95")
    await services.level(mail, name="New")
    assert [fact["levels"] for fact in await announced(portfolio)] == [1]


async def test_the_clock_assesses_what_has_closed(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    (chore,) = [chore for chore in manifest.chores if chore.name == "assess performance"]
    assert await carry_out(chore, portfolio.database, portfolio.clock()) is False
    assert [fact["starts_on"] for fact in await announced(portfolio)] == ["2025-12-01"]
