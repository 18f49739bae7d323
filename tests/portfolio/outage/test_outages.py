"""Outages over HTTP: what they do to the availability of closed windows, and of the one that runs."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file, reasons
from tests.portfolio.services import Services, made, refused

SINCE = {"outages_since": "2025-01-01"}
DECEMBER = {"starts_on": "2025-12-01", "ends_on": "2026-01-01"}


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    return await services.operational("mail")


async def level(services: Services, service: dict[str, Any], **stated: Any) -> dict[str, Any]:
    return await services.level(service, name="From outages", **{**SINCE, **stated})


def outage(service: dict[str, Any], starts_at: str, ends_at: str | None, **stated: Any) -> dict[str, Any]:
    spanned = {"kind": "unplanned", "summary": "Disks full", "starts_at": starts_at, "ends_at": ends_at}
    return {"service_id": service["id"], **spanned, **stated}


async def record(portfolio: ServiceUnderTest, *stated: Any, **more: Any) -> dict[str, Any]:
    return made(await portfolio.client.post("/v1/outages", json=outage(*stated, **more)))


async def windows(portfolio: ServiceUnderTest, level: dict[str, Any], **within: str) -> list[dict[str, Any]]:
    address = f"/v1/service-levels/{level['id']}/windows"
    found: list[dict[str, Any]] = made(await portfolio.client.get(address, params=within or DECEMBER))["windows"]
    return found


async def december(portfolio: ServiceUnderTest, level: dict[str, Any]) -> str:
    (window,) = await windows(portfolio, level)
    value: str = window["value"]
    return value


async def explained(portfolio: ServiceUnderTest, level: dict[str, Any], **on: str) -> dict[str, Any]:
    return made(await portfolio.client.get(f"/v1/service-levels/{level['id']}/availability", params=on))


async def test_a_closed_month_has_its_availability_from_the_outages_of_the_service(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    """December has 744 hours; 7.44 of them are one percent."""
    promised = await level(services, mail)
    assert await december(portfolio, promised) == "100"

    await record(portfolio, mail, "2025-12-10T00:00:00Z", "2025-12-10T07:26:24Z")

    (window,) = await windows(portfolio, promised)
    assert (window["value"], window["outcome"], window["closed"]) == ("99", "missed", True)
    budget = window["error_budget"]
    assert (budget["unit"], budget["allowed"], budget["used"]) == ("seconds", "2678.400000", "26784.000000")
    assert (budget["remaining"], budget["burn_rate"]) == ("-24105.600000", "10.000000")


async def test_a_correction_and_a_retraction_calculate_the_month_anew(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    promised = await level(services, mail)
    found = await record(portfolio, mail, "2025-12-10T00:00:00Z", "2025-12-10T07:26:24Z")
    address = f"/v1/outages/{found['id']}"

    shorter = {**outage(mail, "2025-12-10T00:00:00Z", "2025-12-10T03:43:12Z")}
    del shorter["service_id"]
    corrected = await portfolio.client.put(address, json=shorter, headers={"If-Match": '"1"'})
    assert made(corrected)["version"] == 2
    assert await december(portfolio, promised) == "99.5"

    reason = {"reason": "The probe was broken"}
    retracted = await portfolio.client.post(f"{address}/retraction", json=reason, headers={"If-Match": '"2"'})
    assert made(retracted)["retracted_reason"] == "The probe was broken"
    assert await december(portfolio, promised) == "100"
    again = await portfolio.client.post(f"{address}/retraction", json=reason, headers={"If-Match": '"3"'})
    refused(again, 409, "portfolio.outage.already-retracted")


async def test_what_a_calculated_month_said_before_can_be_read(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    promised = await level(services, mail)
    await record(portfolio, mail, "2025-12-10T00:00:00Z", "2025-12-10T07:26:24Z")
    asked = {"service_level_id": promised["id"], "starting_from": "2025-12-01"}
    (measurement,) = made(await portfolio.client.get("/v1/measurements", params=asked))["items"]
    assert (measurement["source"], measurement["revision"], measurement["volume"]) == ("steward:outages", 2, "2678400")
    before = made(await portfolio.client.get(f"/v1/measurements/{measurement['id']}/revisions"))["items"]
    assert [(it["revision"], it["value"]) for it in before] == [(1, "100")]


async def test_a_running_outage_counts_until_now_and_to_the_end_of_a_month_that_closes(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    """It is noon of 2026-01-15: 14.5 days have passed, the last 34.8 hours of them down, which is a tenth."""
    promised = await level(services, mail, target="90")
    await record(portfolio, mail, "2026-01-14T01:12:00Z", None)

    now = await explained(portfolio, promised)
    assert (now["starts_on"], now["closed"], now["availability"]) == ("2026-01-01", False, "90.000000000000")
    assert (now["agreed_seconds"], now["elapsed_seconds"], now["downtime_seconds"]) == ("2678400", "1252800", "125280")
    assert now["error_budget"]["burn_rate"] == "1.000000"
    assert [it["counted_seconds"] for it in now["outages"]] == ["125280"]

    portfolio.clock.now = datetime(2026, 2, 3, tzinfo=UTC)
    made(await portfolio.client.post("/v1/performance-assessments"))
    (january,) = await windows(portfolio, promised, starts_on="2026-01-01", ends_on="2026-02-01")
    assert (january["closed"], january["outcome"]) == (True, "missed")
    whole = await explained(portfolio, promised, on="2026-01-31")
    assert (whole["closed"], whole["downtime_seconds"]) == (True, str(18 * 86_400 - 4_320))


async def test_planned_work_in_office_hours_is_no_agreed_time(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    """December 2025 in Toronto: 23 weekdays, two of them holidays: 210 hours of service, 205 of them agreed."""
    calendar = {
        "code": "office",
        "name": "Office hours",
        "time_zone": "America/Toronto",
        "openings": [{"weekdays": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "18:00"}],
        "holidays": [{"on": "2025-12-26", "name": "Boxing Day"}, {"on": "2025-12-25", "name": "Christmas"}],
    }
    office = made(await portfolio.client.post("/v1/service-calendars", json=calendar))
    assert [holiday["on"] for holiday in office["holidays"]] == ["2025-12-25", "2025-12-26"]
    zone = {"time_zone": "America/Toronto", "service_calendar_id": office["id"]}
    promised = await level(services, mail, **zone)
    await record(portfolio, mail, "2025-12-10T18:00:00Z", "2025-12-11T01:00:00Z", kind="planned")
    await record(portfolio, mail, "2025-12-10T22:00:00Z", "2025-12-11T13:20:30Z")

    shown = await explained(portfolio, promised, on="2025-12-31")
    assert (shown["agreed_seconds"], shown["excluded_seconds"]) == ("738000", "18000")
    assert shown["downtime_seconds"] == "1230"
    assert [it["counted_seconds"] for it in shown["outages"]] == ["18000", "1230"]
    assert shown["starts_at"] == "2025-12-01T05:00:00Z"


async def test_a_changed_calendar_is_calculated_by_when_performance_is_assessed_next(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    calendar = {
        "code": "mornings",
        "name": "Mornings",
        "time_zone": "UTC",
        "openings": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "12:00"}],
    }
    mornings = made(await portfolio.client.post("/v1/service-calendars", json=calendar))
    promised = await level(services, mail, service_calendar_id=mornings["id"])
    await record(portfolio, mail, "2025-12-10T06:00:00Z", "2025-12-11T00:00:00Z")
    assert await december(portfolio, promised) == "98.387096774194"  # 6 of 372 hours

    around = {**calendar, "openings": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "24:00"}]}
    address = f"/v1/service-calendars/{mornings['id']}"
    made(await portfolio.client.put(address, json=around, headers={"If-Match": '"1"'}))
    run = made(await portfolio.client.post("/v1/performance-assessments"))
    assert (run["service_levels_calculated"], run["more"]) == (1, False)
    assert await december(portfolio, promised) == "97.58064516129"  # 18 of 744 hours


async def test_two_outages_of_one_month_at_once_both_count(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    promised = await level(services, mail)
    spans = [(f"2025-12-{day:02}T00:00:00Z", f"2025-12-{day:02}T01:51:36Z") for day in (1, 8, 15, 22)]
    answers = await asyncio.gather(*(portfolio.client.post("/v1/outages", json=outage(mail, *span)) for span in spans))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert await december(portfolio, promised) == "99"


async def test_a_month_that_is_calculated_takes_no_reading_of_others_and_one_before_does(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    promised = await level(services, mail, outages_since="2025-11-15")

    def reading(on: str, source: str = "probe") -> dict[str, Any]:
        return {"source": source, "service_level_id": promised["id"], "period_starts_on": on, "value": "98"}

    stated = [reading("2025-11-01"), reading("2025-12-01"), reading("2025-11-01", "steward:outages")]
    done = made(await portfolio.client.post("/v1/measurements", json={"measurements": stated}))
    assert [it["field"] for it in done["results"]] == [None, "period_starts_on", "source"]
    found = await windows(portfolio, promised, starts_on="2025-10-01", ends_on="2026-01-01")
    assert [it["value"] for it in found] == [None, "98", "100"]


async def test_a_day_on_which_clocks_change_is_shorter_or_longer(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    promised = await level(services, mail, window="day", time_zone="Europe/Berlin")
    lengths = [
        (await explained(portfolio, promised, on=day))["agreed_seconds"]
        for day in ("2025-03-30", "2025-03-31", "2025-10-26")
    ]
    assert lengths == ["82800", "86400", "90000"]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "kind"),
    [
        ("2026-01-10T10:00:00Z", "2026-01-10T10:00:00Z", "unplanned"),
        ("2026-02-10T10:00:00Z", None, "unplanned"),
        ("2026-01-10T10:00:00Z", "2026-02-10T10:00:00Z", "unplanned"),
        ("2026-02-10T10:00:00Z", None, "planned"),
    ],
)
async def test_an_outage_that_cannot_be_is_refused(
    portfolio: ServiceUnderTest, mail: dict[str, Any], starts_at: str, ends_at: str | None, kind: str
) -> None:
    answer = await portfolio.client.post("/v1/outages", json=outage(mail, starts_at, ends_at, kind=kind))
    refused(answer, 422, "portfolio.outage.impossible-span")
    assert made(await portfolio.client.get("/v1/outages"))["items"] == []


async def test_planned_work_may_lie_ahead_and_is_found_by_its_time(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await record(portfolio, mail, "2026-03-01T00:00:00Z", "2026-03-01T02:00:00Z", kind="planned")
    await record(portfolio, mail, "2026-01-15T10:00:00Z", None)

    async def summaries(**asked: str) -> list[str]:
        items = made(await portfolio.client.get("/v1/outages", params=asked))["items"]
        return [it["kind"] for it in items]

    assert await summaries(ending_after="2026-02-01T00:00:00Z") == ["unplanned", "planned"]
    assert await summaries(starting_before="2026-02-01T00:00:00Z") == ["unplanned"]
    assert await summaries(kind="planned", retracted="false") == ["planned"]


async def test_only_an_availability_in_shares_is_calculated_from_outages(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    command = {"service_id": mail["id"], "name": "Fast", "metric": "response_time", "target": "2", "unit": "seconds"}
    command |= {"window": "month", "direction": "at_most", "outages_since": "2025-01-01"}
    answer = await portfolio.client.post("/v1/service-levels", json=command)
    refused(answer, 422, "portfolio.service-level.not-from-outages")
    stated = await services.level(mail, name="Stated")
    answer = await portfolio.client.get(f"/v1/service-levels/{stated['id']}/availability")
    refused(answer, 422, "portfolio.service-level.not-from-outages")


FILE = """source,external_id,service,kind,summary,starts_at,ends_at
helpdesk,7,mail,unplanned,Disks full,2025-12-10T00:00:00Z,2025-12-10T07:26:24Z
helpdesk,8,mail,planned,New disks,2025-12-11T00:00:00Z,2025-12-11T04:00:00Z
helpdesk,9,nowhere,unplanned,Lost,2025-12-10T00:00:00Z,
helpdesk,10,mail,unplanned,Backwards,2025-12-10T00:00:00Z,2025-12-09T00:00:00Z
"""


async def test_a_file_of_outages_is_taken_once_and_corrects_what_it_says_otherwise(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    promised = await level(services, mail)
    first = await import_file(portfolio, "outage", FILE)
    assert counts(first) == (2, 0, 0, 2)
    assert [(line, column) for line, column, _ in reasons(first)] == [(4, "service"), (5, "")]
    assert counts(await import_file(portfolio, "outage", FILE)) == (0, 0, 2, 2)
    corrected = FILE.replace("07:26:24", "07:24:00")
    assert counts(await import_file(portfolio, "outage", corrected)) == (0, 1, 1, 2)
    assert await december(portfolio, promised) == "99"  # 7.4 of 740 agreed hours


@pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with the real data")
async def test_the_published_outage_of_a_research_cloud_is_imported(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    """One time frame, 2025-10-14 12:00 to 21:00 UTC, of ocp-prod: 9 of 744 hours."""
    text = (Path(os.environ["STEWARD_DATA"]) / "research-cloud-rates" / "outages.yaml").read_text()
    lines = [line.strip().removeprefix("- ") for line in text.splitlines() if not line.lstrip().startswith("#")]
    said = dict(line.split(": ", 1) for line in lines if ": " in line)
    (service,) = [line for line in lines if line and ":" not in line]
    cluster = await services.operational(service)
    promised = await services.level(cluster, name="From outages", **SINCE)
    row = f"nerc,{said['url']},{service},unplanned,Maintenance,{said['from']},{said['until']}".replace('"', "")

    done = await import_file(portfolio, "outage", f"{FILE.splitlines()[0]}\n{row}\n")

    assert counts(done) == (1, 0, 0, 0)
    (window,) = await windows(portfolio, promised, starts_on="2025-10-01", ends_on="2025-11-01")
    assert (window["value"], window["outcome"]) == ("98.790322580645", "missed")


async def test_an_outage_of_no_service_is_refused(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    command = {**outage(mail, "2026-01-10T10:00:00Z", None), "service_id": str(uuid4())}
    refused(await portfolio.client.post("/v1/outages", json=command), 404, "request.no-such-resource")
    twice = {**outage(mail, "2026-01-10T10:00:00Z", None), "source": "helpdesk", "external_id": "1"}
    made(await portfolio.client.post("/v1/outages", json=twice))
    refused(await portfolio.client.post("/v1/outages", json=twice), 409, "portfolio.outage.external-id-taken")
    half = {**outage(mail, "2026-01-10T10:00:00Z", None), "source": "helpdesk"}
    refused(await portfolio.client.post("/v1/outages", json=half), 422, "portfolio.outage.half-identified")
