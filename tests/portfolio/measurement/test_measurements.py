"""Measurements in bulk: what is taken, what is replaced, what is refused."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made, refused

MAIL = {"source": "monitoring", "service": "mail", "service_level": "Available"}
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    service = await services.proposed("mail")
    return await services.level(service)


def january(**figures: Any) -> dict[str, Any]:
    return {**MAIL, "period_starts_on": "2026-01-01", **figures}


async def record(portfolio: ServiceUnderTest, *measurements: dict[str, Any]) -> dict[str, Any]:
    return made(await portfolio.client.post("/v1/measurements", json={"measurements": list(measurements)}))


async def kept(portfolio: ServiceUnderTest, **asked: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = made(await portfolio.client.get("/v1/measurements", params=asked))["items"]
    return items


async def test_the_same_measurement_again_changes_nothing(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    first = await record(portfolio, january(value="99.95"))
    again = await record(portfolio, january(value="99.950"))

    assert (first["created"], first["results"][0]["effect"]) == (1, "created")
    assert (again["unchanged"], again["created"], again["changed"]) == (1, 0, 0)
    (measurement,) = await kept(portfolio)
    assert (measurement["service_level_id"], measurement["revision"]) == (mail["id"], 1)
    assert (measurement["period_starts_on"], measurement["period_ends_on"]) == ("2026-01-01", "2026-02-01")
    assert (measurement["recorded_by"], measurement["value"]) == ("tester", "99.95")


async def test_other_figures_replace_those_of_the_same_source_only(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await record(portfolio, january(value="99.95"), january(value="98", source="helpdesk"))
    corrected = await record(portfolio, january(value="99.1"))

    assert corrected["changed"] == 1
    found = {it["source"]: (it["value"], it["revision"]) for it in await kept(portfolio)}
    assert found == {"monitoring": ("99.1", 2), "helpdesk": ("98", 1)}


async def test_measurements_of_one_period_count_as_if_they_came_one_after_the_other(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    done = await record(portfolio, january(value="1"), january(value="2"), january(value="2"), january(value="1"))

    assert [result["effect"] for result in done["results"]] == ["created", "changed", "unchanged", "changed"]
    (measurement,) = await kept(portfolio)
    assert (measurement["value"], measurement["revision"]) == ("1", 3)


async def test_what_was_not_measured_is_kept_as_that_and_may_be_measured_later(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await record(portfolio, january(value=None))
    assert [it["value"] for it in await kept(portfolio, measured="false")] == [None]

    assert (await record(portfolio, january(value="0")))["changed"] == 1
    assert [it["value"] for it in await kept(portfolio, measured="true")] == ["0"]


async def test_each_wrong_measurement_has_its_reason_and_the_others_are_taken(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    done = await record(
        portfolio,
        january(value="99"),
        january(value="99", service="nowhere"),
        january(value="99", service_level="Fast"),
        january(value="100.5", period_starts_on="2026-02-01"),
        january(value="9", period_ends_on="2026-01-01"),
        {"source": "monitoring", "service_level_id": str(uuid4()), "period_starts_on": "2026-01-01"},
        {"source": "monitoring", "period_starts_on": "2026-01-01"},
    )

    fields = [result["field"] for result in done["results"]]
    assert fields == [None, "service", "service_level", "value", "period_ends_on", "service_level_id", "service_level"]
    assert (done["created"], done["rejected"]) == (1, 6)
    assert "at most 100" in done["results"][3]["reason"]
    assert len(await kept(portfolio)) == 1


async def test_a_level_is_found_by_its_own_external_id_and_by_that_of_its_service(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    service = await services.proposed("mail", external_ids=[{"source": "gc", "external_id": "8"}])
    level = await services.level(service, source="gc", external_id="10")

    done = await record(
        portfolio,
        {"source": "gc", "service_level_external_id": "10", "period_starts_on": "2026-01-01", "value": "99"},
        {
            "source": "helpdesk",
            "external_source": "gc",
            "service_external_id": "8",
            "service_level": "Available",
            "period_starts_on": "2026-01-01",
            "value": "98",
        },
    )

    assert done["created"] == 2
    assert {it["service_level_id"] for it in await kept(portfolio)} == {level["id"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 99.5},
        {"value": "1e3"},
        {"value": "NaN"},
        {"value": "-1"},
        {"value": "9" * 40},
        {"period_starts_on": "0001-01-01"},
        {"source": "a\u0000b"},
        {"surprise": 1},
    ],
)
async def test_a_measurement_out_of_form_is_refused_and_nothing_is_stored(
    portfolio: ServiceUnderTest, mail: dict[str, Any], wrong: dict[str, Any]
) -> None:
    body = {"measurements": [january(value="99"), january(**wrong)]}
    refused(await portfolio.client.post("/v1/measurements", json=body), 422, "request.invalid")
    assert await kept(portfolio) == []


async def test_more_than_a_thousand_measurements_at_once_are_refused(portfolio: ServiceUnderTest) -> None:
    body = {"measurements": [january(value="99")] * 1_001}
    refused(await portfolio.client.post("/v1/measurements", json=body), 422, "request.invalid")


async def test_recording_needs_its_permission(portfolio: ServiceUnderTest) -> None:
    reader = portfolio.as_caller("portfolio:measurement:read")
    answer = await reader.post("/v1/measurements", json={"measurements": [january(value="99")]})
    refused(answer, 403, "request.permission-missing")


async def test_the_same_batch_from_two_at_once_is_kept_once(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    days = [january(value="99", period_starts_on=f"2026-{month:02}-01") for month in range(1, 13)]
    both = await asyncio.gather(record(portfolio, *days), record(portfolio, *reversed(days)))

    assert sum(done["created"] for done in both) == 12
    assert sum(done["unchanged"] for done in both) == 12


async def test_a_service_level_with_measurements_stays(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    await record(portfolio, january(value="99"))
    answer = await portfolio.client.delete(f"/v1/service-levels/{mail['id']}", headers={"If-Match": '"1"'})
    refused(answer, 409, "request.reference-broken")


async def imported(portfolio: ServiceUnderTest, text: str, **asked: str) -> httpx.Response:
    return await portfolio.client.post("/v1/measurement-imports", content=text.encode(), params=asked, headers=CSV)


FILE = """source,service,service_level,period_starts_on,value,volume_met,volume
monitoring,mail,Available,2026-01-01,99.95,,
monitoring,mail,Available,2026-02-01,NA,,
monitoring,mail,Available,2026-03-01,,999,1000
monitoring,mail,Fast,2026-03-01,99,,
monitoring,mail,Available,2026-04-01,much,,
"""


async def test_a_file_is_taken_row_by_row_and_the_same_file_again_changes_nothing(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    first, again = made(await imported(portfolio, FILE)), made(await imported(portfolio, FILE))

    assert (first["read"], first["created"], first["rejected"]) == (5, 3, 2)
    assert [(it["line"], it["column"]) for it in first["rejections"]] == [(5, "service_level"), (6, "value")]
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert [it["value"] for it in await kept(portfolio)] == ["99.95", None, "99.9"]


async def test_a_file_of_others_is_read_by_a_mapping(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    mapping = {
        "null_words": ["NA"],
        "decimal_mark": ",",
        "delimiter": ";",
        "fields": {
            "source": {"constant": "helpdesk"},
            "service": {"column": "Dienst"},
            "service_level": {"constant": "Available"},
            "period_starts_on": {"column": "Jahr", "kind": "date", "suffix": ""},
            "value": {"column": "Wert", "kind": "number"},
        },
        "date_formats": ["%d.%m.%Y"],
    }
    made(await portfolio.client.put("/v1/import-mappings/helpdesk", json=mapping))

    done = made(
        await imported(portfolio, "Dienst;Jahr;Wert\nmail;01.01.2026;99,5\nmail;01.02.2026;NA\n", mapping="helpdesk")
    )

    assert (done["created"], done["rejected"]) == (2, 0)
    assert [it["value"] for it in await kept(portfolio)] == ["99.5", None]


async def test_measurements_come_line_by_line_too_each_with_a_result(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    lines = [
        january(value="99.95"),
        january(value=99.95),
        january(value="much"),
        {**january(value=None), "period_starts_on": "2026-02-01"},
        {**january(value="98"), "service": "unknown"},
        january(value="99.95"),
    ]
    body = "\n".join(json.dumps(line) for line in lines).encode()
    headers = {"Content-Type": "application/x-ndjson"}
    answer = made(await portfolio.client.post("/v1/measurement-imports", content=body, headers=headers))
    assert (answer["read"], answer["accepted"], answer["rejected"]) == (6, 3, 3)
    assert (answer["created"], answer["unchanged"]) == (2, 1)
    assert [(it["line"], it["column"]) for it in answer["rejections"]] == [(2, "value"), (3, "value"), (5, "service")]
    assert [it["value"] for it in await kept(portfolio)] == ["99.95", None]
