"""How far service levels were attained: not measured is neither met nor missed."""

from typing import Any

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made, refused

YEAR = {"starts_on": "2025-01-01", "ends_on": "2026-01-01"}


async def record(portfolio: ServiceUnderTest, level: dict[str, Any], *figures: dict[str, Any]) -> None:
    """One measurement per month of 2025."""
    measurements = [
        {
            "source": "monitoring",
            "service_level_id": level["id"],
            "period_starts_on": f"2025-{month:02}-01",
            **each,
        }
        for month, each in enumerate(figures, start=1)
    ]
    done = made(await portfolio.client.post("/v1/measurements", json={"measurements": measurements}))
    assert done["rejected"] == 0, done


async def attained(portfolio: ServiceUnderTest, service: dict[str, Any], **within: str) -> dict[str, Any]:
    return made(await portfolio.client.get(f"/v1/services/{service['id']}/attainment", params={**YEAR, **within}))


async def test_of_three_promised_levels_one_is_met_one_missed_one_not_measured(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    await record(portfolio, await services.level(mail, name="A"), {"value": "99.9"})
    await record(portfolio, await services.level(mail, name="B"), {"value": "99.89"})
    await record(portfolio, await services.level(mail, name="C"), {"value": None})

    attainment = await attained(portfolio, mail)

    assert [level["outcome"] for level in attainment["service_levels"]] == ["met", "missed", "not_measured"]
    assert (attainment["levels"], attainment["measured"]) == (3, 2)
    assert (attainment["met"], attainment["missed"], attainment["not_measured"]) == (1, 1, 1)
    assert (attainment["health"], attainment["share_measured"]) == ("0.5000", "0.6667")


async def test_the_health_of_a_service_that_nobody_measured_is_unknown(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    await services.level(mail)

    attainment = await attained(portfolio, mail)

    assert (attainment["health"], attainment["share_measured"], attainment["as_of"]) == (None, "0.0000", None)
    (level,) = attainment["service_levels"]
    assert (level["value"], level["periods"]) == (None, 0)


async def test_a_promise_of_at_most_is_kept_by_staying_below(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.proposed("mail")
    hours = {"metric": "resolution_time", "unit": "hours", "target": "4", "direction": "at_most"}
    await record(portfolio, await services.level(mail, name="A", **hours), {"value": "4"})
    await record(portfolio, await services.level(mail, name="B", **hours), {"value": "4.01"})

    levels = (await attained(portfolio, mail))["service_levels"]
    assert [level["outcome"] for level in levels] == ["met", "missed"]


async def test_the_value_over_a_range_weighs_each_period_by_its_cases(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target="90")
    few, many = {"volume_met": "1", "volume": "2"}, {"volume_met": "97", "volume": "98"}
    await record(portfolio, level, few, many, {"volume": "40"})

    (shown,) = (await attained(portfolio, mail))["service_levels"]

    assert (shown["value"], shown["outcome"]) == ("98", "met")
    assert (shown["periods"], shown["periods_measured"], shown["periods_met"]) == (3, 2, 1)


async def test_a_period_without_cases_leaves_the_weights_of_the_others_as_they_are(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target="90")
    few, many, none = ({"volume_met": met, "volume": of} for met, of in (("1", "2"), ("97", "98"), ("0", "0")))
    await record(portfolio, level, few, many, none)

    (shown,) = (await attained(portfolio, mail))["service_levels"]
    assert (shown["value"], shown["periods"], shown["periods_measured"]) == ("98", 3, 2)


async def test_the_value_over_a_range_is_a_mean_where_cases_are_not_known(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target="99")
    await record(portfolio, level, {"value": "98"}, {"value": "99.8"}, {"volume_met": "99", "volume": "100"})

    (shown,) = (await attained(portfolio, mail))["service_levels"]

    assert (shown["value"], shown["outcome"], shown["latest_value"]) == ("98.933333333333", "missed", "99")


async def test_a_level_that_promises_no_figure_is_neither_met_nor_missed(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target=None)
    await record(portfolio, level, {"value": "50"})

    (shown,) = (await attained(portfolio, mail))["service_levels"]

    assert (shown["target"], shown["outcome"], shown["periods_measured"]) == (None, "not_measured", 1)


async def test_only_the_latest_misses_count_as_missed_in_a_row(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target="99")
    await record(portfolio, level, {"value": "1"}, {"value": "99"}, {"value": "2"}, {"value": None}, {"value": "3"})

    (shown,) = (await attained(portfolio, mail))["service_levels"]
    assert (shown["missed_in_a_row"], shown["periods_measured"]) == (2, 4)


async def test_of_two_sources_for_one_period_the_measurement_recorded_last_counts(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target="99")
    await record(portfolio, level, {"value": "1", "source": "a"})
    portfolio.clock.advance(hours=1)
    await record(portfolio, level, {"value": "99", "source": "b"})
    portfolio.clock.advance(hours=1)
    await record(portfolio, level, {"value": None, "source": "c"})

    (shown,) = (await attained(portfolio, mail))["service_levels"]
    assert (shown["periods"], shown["value"], shown["outcome"]) == (1, "99", "met")


async def test_a_period_belongs_to_the_range_in_which_it_begins(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    await record(portfolio, await services.level(mail), *({"value": "99.9"} for _ in range(12)))

    (shown,) = (await attained(portfolio, mail, starts_on="2025-02-01", ends_on="2025-04-01"))["service_levels"]
    assert shown["periods"] == 2


async def test_the_summary_counts_what_the_catalog_promises_and_leaves_the_pipeline_out(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, disk = await services.operational("mail"), await services.operational("disk")
    await services.level(await services.proposed("idea"))
    await services.level(disk, name="Fast")
    levels = made(await portfolio.client.get("/v1/service-levels", params={"service_id": mail["id"]}))["items"]
    await record(portfolio, levels[0], {"value": "99.95"})

    summary = made(await portfolio.client.get("/v1/attainment-summary", params=YEAR))

    assert (summary["services"], summary["levels"], summary["measured"]) == (2, 3, 1)
    assert (summary["met"], summary["missed"], summary["not_measured"]) == (1, 0, 2)
    assert (summary["health"], summary["share_measured"]) == ("1.0000", "0.3333")


async def test_a_service_counts_in_the_ranges_that_began_before_it_retired(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.retiring("mail", retires_on="2026-01-20")
    portfolio.clock.advance(days=10)
    made(await services.step(mail, "retirement"))

    async def levels(starts_on: str, ends_on: str) -> int:
        within = {"starts_on": starts_on, "ends_on": ends_on}
        count: int = made(await portfolio.client.get("/v1/attainment-summary", params=within))["levels"]
        return count

    assert await levels("2026-01-01", "2027-01-01") == 1
    assert await levels("2026-02-01", "2027-01-01") == 0


async def test_a_range_without_a_day_is_refused(portfolio: ServiceUnderTest) -> None:
    within = {"starts_on": "2026-01-01", "ends_on": "2026-01-01"}
    refused(await portfolio.client.get("/v1/attainment-summary", params=within), 422, "request.invalid")


async def test_a_range_of_more_than_twenty_years_is_refused(portfolio: ServiceUnderTest) -> None:
    within = {"starts_on": "1926-01-01", "ends_on": "2026-01-01"}
    refused(await portfolio.client.get("/v1/attainment-summary", params=within), 422, "request.invalid")
