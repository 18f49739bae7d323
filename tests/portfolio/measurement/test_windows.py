"""Service levels window by window: dated targets, warnings, aggregation, error budgets, and their trend."""

from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made, refused

YEAR = {"starts_on": "2025-01-01", "ends_on": "2026-01-01"}
HOURS = {"metric": "resolution_time", "unit": "hours", "direction": "at_most"}


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    return await services.proposed("mail")


async def record(portfolio: ServiceUnderTest, level: dict[str, Any], *readings: dict[str, Any]) -> dict[str, Any]:
    stated = [{"source": "monitoring", "service_level_id": level["id"], **each} for each in readings]
    return made(await portfolio.client.post("/v1/measurements", json={"measurements": stated}))


def on(day: str, value: str | None, **more: str) -> dict[str, Any]:
    return {"period_starts_on": day, "value": value, **more}


async def shown(portfolio: ServiceUnderTest, level: dict[str, Any], **within: str) -> dict[str, Any]:
    address = f"/v1/service-levels/{level['id']}/windows"
    return made(await portfolio.client.get(address, params={**YEAR, **within}))


async def values(portfolio: ServiceUnderTest, level: dict[str, Any], **within: str) -> list[str | None]:
    return [window["value"] for window in (await shown(portfolio, level, **within))["windows"]]


async def change_target(portfolio: ServiceUnderTest, level: dict[str, Any], valid_from: str, **to: Any) -> None:
    made(await portfolio.client.put(f"/v1/service-levels/{level['id']}/targets/{valid_from}", json=to))


async def test_a_target_changes_from_a_day_on_and_older_windows_keep_theirs(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail, target="99", warning_limit="99.5")
    await record(portfolio, level, *(on(f"2025-0{month}-01", "99.2") for month in (1, 2, 3, 4)))
    await change_target(portfolio, level, "2025-02-10", target="99.5")
    await change_target(portfolio, level, "2025-04-01", target="99.1", warning_limit="99.15")

    found = (await shown(portfolio, level, ends_on="2025-05-01"))["windows"]

    assert [(it["target"], it["outcome"], it["warning"]) for it in found] == [
        ("99", "met", True),
        ("99", "met", True),
        ("99.5", "missed", False),
        ("99.1", "met", False),
    ]
    dated = made(await portfolio.client.get(f"/v1/service-levels/{level['id']}/targets"))["items"]
    assert [it["valid_from"] for it in dated] == ["2025-02-10", "2025-04-01"]
    gone = await portfolio.client.delete(f"/v1/service-levels/{level['id']}/targets/2025-02-10")
    assert gone.status_code == 204
    assert [it["outcome"] for it in (await shown(portfolio, level, ends_on="2025-05-01"))["windows"]] == ["met"] * 4


async def test_a_change_of_target_is_judged_as_a_target_is(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    async def changed(level: dict[str, Any], **to: Any) -> Any:
        return await portfolio.client.put(f"/v1/service-levels/{level['id']}/targets/2026-01-01", json=to)

    level = await services.level(mail)
    refused(await changed(level, target="100.1"), 422, "portfolio.service-level.impossible-target")
    late = await changed(level, target="99", warning_limit="98.9")
    refused(late, 422, "portfolio.service-level.warning-too-late")
    none = await services.level(mail, name="No number", target=None)
    refused(await changed(none, target="99"), 409, "portfolio.service-level.nothing-promised")
    gone = await portfolio.client.delete(f"/v1/service-levels/{level['id']}/targets/2026-01-01")
    refused(gone, 404, "request.no-such-resource")


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("mean", "4"), ("sum", "12"), ("minimum", "1"), ("maximum", "9")]
)
async def test_the_readings_of_a_window_become_its_value(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any], aggregation: str, expected: str
) -> None:
    level = await services.level(mail, **HOURS, target="4", aggregation=aggregation)
    await record(portfolio, level, on("2025-03-01", "9"), on("2025-03-17", "1"), on("2025-03-31", "2"))
    assert await values(portfolio, level, starts_on="2025-03-01", ends_on="2025-04-01") == [expected]


async def test_a_sum_over_a_range_is_set_against_its_target_by_window(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    sold = {"metric": "throughput", "unit": "pieces", "aggregation": "sum", "target": "10"}
    level = await services.level(mail, **sold)
    await record(portfolio, level, on("2025-03-01", "9"), on("2025-03-17", "3"), on("2025-04-01", "9"))
    address = f"/v1/services/{mail['id']}/attainment"
    (told,) = made(await portfolio.client.get(address, params=YEAR))["service_levels"]
    assert (told["value"], told["outcome"], told["periods_met"], told["attainment"]) == ("10.5", "met", 1, "0.5000")


async def test_a_share_of_successes_takes_cases_and_nothing_else(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail, metric="fulfilment_time", target="90", aggregation="share")
    cases = {"period_starts_on": "2025-03-01", "volume_met": "97", "volume": "100"}
    done = await record(portfolio, level, on("2025-03-17", "99"), cases, {**cases, "period_starts_on": "2025-03-08"})
    assert [it["field"] for it in done["results"]] == ["value", None, None]
    (window,) = (await shown(portfolio, level, starts_on="2025-03-01", ends_on="2025-04-01"))["windows"]
    assert window["value"] == "97"
    assert window["error_budget"] == {
        "unit": "cases",
        "allowed": "20.000000",
        "used": "6.000000",
        "remaining": "14.000000",
        "burn_rate": "0.300000",
    }


async def test_a_stated_availability_has_its_error_budget_in_seconds(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    """March 2025 in Berlin has 743 hours: clocks went forward. A tenth of a percent of them is 2674.8 seconds."""
    level = await services.level(mail, time_zone="Europe/Berlin")
    await record(portfolio, level, on("2025-03-01", "99.95"))
    (window,) = (await shown(portfolio, level, starts_on="2025-03-01", ends_on="2025-04-01"))["windows"]
    budget = window["error_budget"]
    assert (budget["unit"], budget["allowed"], budget["used"]) == ("seconds", "2674.800000", "1337.400000")


async def test_fiscal_years_and_quarters_begin_where_the_calendar_says(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail, window="quarter", year_starts_in=2)
    await record(portfolio, level, on("2025-01-31", "98"), on("2025-02-01", "99"), on("2025-04-30", "100"))
    found = (await shown(portfolio, level, starts_on="2024-11-01", ends_on="2025-06-01"))["windows"]
    assert [(it["starts_on"], it["value"]) for it in found] == [
        ("2024-11-01", "98"),
        ("2025-02-01", "99.5"),
        ("2025-05-01", None),
    ]


async def test_windows_of_which_nothing_is_known_are_shown_as_that(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail)
    await record(portfolio, level, on("2025-11-01", "99.95"), on("2025-12-01", None))
    told = await shown(portfolio, level, starts_on="2025-10-01", ends_on="2026-03-01")
    assert [(it["outcome"], it["closed"]) for it in told["windows"]] == [
        ("not_measured", True),
        ("met", True),
        ("not_measured", True),
        ("not_measured", False),
        ("not_measured", False),
    ]
    assert (told["met"], told["missed"], told["not_measured"]) == (1, 0, 2)


async def test_more_windows_than_can_be_shown_are_refused(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail, window="day")
    address = f"/v1/service-levels/{level['id']}/windows"
    within = {"starts_on": "2024-01-01", "ends_on": "2025-02-05"}
    refused(await portfolio.client.get(address, params=within), 422, "request.invalid")
    assert len(await values(portfolio, level, starts_on="2024-01-01", ends_on="2025-02-04")) == 400


@pytest.mark.parametrize(
    ("stated", "status", "code"),
    [
        ({"warning_limit": "99.8"}, 422, "portfolio.service-level.warning-too-late"),
        ({"target": None, "warning_limit": "99.8"}, 422, "portfolio.service-level.warning-too-late"),
        ({"time_zone": "Mars/Olympus"}, 422, "request.invalid"),
        ({"year_starts_in": 13}, 422, "request.invalid"),
        ({"weight": "-1"}, 422, "request.invalid"),
    ],
)
async def test_an_indicator_that_makes_no_sense_is_refused(
    portfolio: ServiceUnderTest, mail: dict[str, Any], stated: dict[str, Any], status: int, code: str
) -> None:
    level = {"service_id": mail["id"], "name": "A", "metric": "availability", "target": "99.9", "unit": "percent"}
    command = {**level, "window": "month", "direction": "at_least", **stated}
    refused(await portfolio.client.post("/v1/service-levels", json=command), status, code)


async def test_a_code_names_one_indicator_of_a_service(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.level(mail, code="AV-1", name="A")
    second = {"service_id": mail["id"], "metric": "other", "target": "1", "unit": "pieces", "window": "month"}
    command = {**second, "direction": "at_least", "code": "AV-1", "name": "B"}
    answer = await portfolio.client.post("/v1/service-levels", json=command)
    refused(answer, 409, "portfolio.service-level.code-taken")


async def trend(portfolio: ServiceUnderTest, level: dict[str, Any], **asked: str) -> dict[str, Any]:
    return made(await portfolio.client.get(f"/v1/service-levels/{level['id']}/trend", params={**YEAR, **asked}))


async def test_a_trend_is_shown_with_its_test_and_its_slope_per_window(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    """Six points with a gap in June, always rising: S = 15, p = 2/720; each month half an hour more."""
    level = await services.level(mail, **HOURS, target="4")
    months = {1: "1", 2: "1.5", 3: "2", 4: "2.5", 5: "3", 7: "4"}
    await record(portfolio, level, *(on(f"2025-{month:02}-01", value) for month, value in months.items()))

    told = await trend(portfolio, level)

    assert (told["movement"], told["favorable"], told["points"]) == ("rising", False, 6)
    assert (told["test"], told["distribution"], told["s"]) == ("mann_kendall", "exact", 15)
    assert (told["p_value"], told["slope"]) == ("0.002777777778", "0.500000000000")
    assert (await trend(portfolio, level, significance="0.001"))["movement"] == "not_enough_data"


async def test_no_trend_shown_is_not_the_same_as_not_enough_data(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail)
    await record(portfolio, level, *(on(f"2025-0{month}-01", value) for month, value in enumerate("5757", start=1)))
    few = await trend(portfolio, level)
    assert (few["movement"], few["p_value"], few["fewest_points"]) == ("not_enough_data", None, 5)
    await record(portfolio, level, on("2025-05-01", "6"))
    enough = await trend(portfolio, level)
    assert (enough["movement"], enough["favorable"], enough["points"]) == ("no_trend_shown", None, 5)


async def test_a_correction_keeps_what_was_said_before(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    level = await services.level(mail)
    for value in ("99", "98", "98", "97"):
        await record(portfolio, level, on("2025-05-01", value))
    (now,) = made(await portfolio.client.get("/v1/measurements"))["items"]
    assert (now["value"], now["revision"]) == ("97", 3)
    before = made(await portfolio.client.get(f"/v1/measurements/{now['id']}/revisions"))["items"]
    assert [(it["revision"], it["value"], it["recorded_by"]) for it in before] == [
        (1, "99", "tester"),
        (2, "98", "tester"),
    ]
