"""Services come in by a file."""

import csv
import io
import os
from pathlib import Path

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file, reasons
from tests.portfolio.services import Services, made, refused

PORTFOLIO = """\
source,external_id,code,name,kind,owner,description,tags,stage,launched_on,retired_on,requested_budget,currency
cmdb,1,mail,Mail,customer_facing,Ada,Mailboxes,office; cloud,catalog,2019-05-01,,,
cmdb,2,pager,Pager,supporting,Ada,,,retired,2001-01-01,2025-03-31,,
cmdb,3,sensors,Sensors,supporting,,,,pipeline,,,1350000.50,CAD
"""


async def listed(portfolio: ServiceUnderTest, **asked: str) -> dict[str, dict[str, object]]:
    answer = made(await portfolio.client.get("/v1/services", params={"limit": "500", **asked}))
    return {service["code"]: service for service in answer["items"]}


async def test_services_join_where_they_stand_and_others_hear_of_it(portfolio: ServiceUnderTest) -> None:
    assert counts(await import_file(portfolio, "service", PORTFOLIO)) == (3, 0, 0, 0)

    services = await listed(portfolio)
    assert {code: service["status"] for code, service in services.items()} == {
        "mail": "operational",
        "pager": "retired",
        "sensors": "proposed",
    }
    mail, sensors = services["mail"], services["sensors"]
    assert (mail["launched_on"], mail["tags"]) == ("2019-05-01", ["cloud", "office"])
    assert mail["external_ids"] == [{"source": "cmdb", "external_id": "1", "absent_since": None}]
    assert sensors["requested_budget"] == {"amount": "1350000.50", "currency": "CAD"}
    facts = [(fact.type.split(".")[1], fact.data["code"]) for fact in await portfolio.announced()]
    assert sorted(facts) == [
        ("service-chartered", "mail"),
        ("service-launched", "mail"),
        ("service-proposed", "sensors"),
        ("service-retired", "pager"),
    ]


async def test_the_past_of_an_imported_service_is_part_of_its_history(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await import_file(portfolio, "service", PORTFOLIO)
    pager = (await listed(portfolio))["pager"]
    assert (await services.read(str(pager["id"]), as_of="2010-01-01"))["status"] == "operational"
    assert (await services.read(str(pager["id"]), as_of="2025-03-30"))["status"] == "operational"
    assert (await services.read(str(pager["id"]), as_of="2025-03-31"))["status"] == "retired"
    answer = await portfolio.client.get(f"/v1/services/{pager['id']}", params={"as_of": "2000-12-31"})
    refused(answer, 404, "request.no-such-resource")


async def test_the_same_file_again_changes_nothing(portfolio: ServiceUnderTest) -> None:
    await import_file(portfolio, "service", PORTFOLIO)
    before, facts = await listed(portfolio), len(await portfolio.announced())
    assert counts(await import_file(portfolio, "service", PORTFOLIO)) == (0, 0, 3, 0)
    assert await listed(portfolio) == before
    assert len(await portfolio.announced()) == facts


async def test_a_known_service_is_described_anew_and_keeps_what_is_left_out_and_its_stage(
    portfolio: ServiceUnderTest,
) -> None:
    await import_file(portfolio, "service", PORTFOLIO)
    result = await import_file(portfolio, "service", "source,external_id,name,stage\ncmdb,1,E-mail,pipeline\n")
    assert counts(result) == (0, 1, 0, 0)
    mail = (await listed(portfolio))["mail"]
    assert (mail["name"], mail["owner"], mail["status"], mail["version"]) == ("E-mail", "Ada", "operational", 2)
    assert [fact.data["name"] for fact in await portfolio.announced("portfolio.service-changed.v1")] == ["E-mail"]


async def test_a_second_source_adds_its_id_and_removes_nothing(portfolio: ServiceUnderTest) -> None:
    await import_file(portfolio, "service", PORTFOLIO)
    result = await import_file(portfolio, "service", "source,external_id,code,name\nerp,S9,mail,Mail\n")
    assert counts(result) == (0, 1, 0, 0)
    services = await listed(portfolio)
    assert len(services) == 3
    assert services["mail"]["external_ids"] == [
        {"source": "cmdb", "external_id": "1", "absent_since": None},
        {"source": "erp", "external_id": "S9", "absent_since": None},
    ]


async def test_a_service_without_a_code_is_called_by_its_external_id(portfolio: ServiceUnderTest) -> None:
    rows = "source,external_id,name\ncmdb,CI-7,Mail\ncmdb,not a code,Chat\n"
    result = await import_file(portfolio, "service", rows)
    assert list(await listed(portfolio)) == ["CI-7"]
    assert [(line, column) for line, column, _ in reasons(result)] == [(3, "code")]


async def test_rows_that_do_not_fit_are_rejected_with_their_reason_and_the_others_taken(
    portfolio: ServiceUnderTest,
) -> None:
    rows = """\
source,external_id,code,name,kind,stage,launched_on,retired_on,requested_budget,currency
cmdb,1,mail,Mail,customer_facing,catalog,2019-05-01,,,
cmdb,1,chat,Chat,customer_facing,catalog,,,,
cmdb,,x,X,customer_facing,catalog,,,,
,,,Nameless,customer_facing,catalog,,,,
cmdb,4,d,D,free,catalog,,,,
cmdb,5,e,E,supporting,catalog,2099-01-01,,,
cmdb,6,f,F,supporting,retired,2020-01-01,2019-01-01,,
cmdb,7,g,G,supporting,pipeline,,,12,
cmdb,8,h,H,supporting,pipeline,,,1e99,CAD
cmdb,9,i,I,supporting,catalog,2019-02-30,,,
"""
    result = await import_file(portfolio, "service", rows)
    assert counts(result) == (1, 0, 0, 9)
    assert [line for line, _, _ in reasons(result)] == list(range(3, 12))
    assert reasons(result)[0] == (3, "code", "the service with this external id has the code mail")
    assert list(await listed(portfolio)) == ["mail"]


async def test_an_archived_service_is_not_brought_back_by_its_file(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await import_file(portfolio, "service", PORTFOLIO)
    pager = (await listed(portfolio))["pager"]
    made(await services.step(pager, "archiving"))
    assert counts(await import_file(portfolio, "service", PORTFOLIO)) == (0, 0, 3, 0)
    assert (await listed(portfolio))["pager"]["status"] == "archived"


async def test_ten_thousand_services_are_imported_and_imported_again(portfolio: ServiceUnderTest) -> None:
    rows = "".join(f"cmdb,{number},s{number},Service {number},catalog\n" for number in range(10_000))
    file = "source,external_id,code,name,stage\n" + rows
    assert counts(await import_file(portfolio, "service", file)) == (10_000, 0, 0, 0)
    assert counts(await import_file(portfolio, "service", file)) == (0, 0, 10_000, 0)
    summary = made(await portfolio.client.get("/v1/portfolio-summary"))
    assert {stage["stage"]: stage["services"] for stage in summary["stages"]}["catalog"] == 10_000


async def test_a_caller_without_the_right_to_import_changes_nothing(portfolio: ServiceUnderTest) -> None:
    async with portfolio.as_caller("portfolio:service:write") as writer:
        answer = await writer.post(
            "/v1/service-imports", content=b"code,name\na,A\n", headers={"Content-Type": "text/csv"}
        )
        refused(answer, 403, "request.permission-missing")
    assert await listed(portfolio) == {}


@pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with the real data")
async def test_the_services_of_a_real_provider_are_taken_over(portfolio: ServiceUnderTest) -> None:
    folder = Path(os.environ["STEWARD_DATA"]) / "shared-services-canada"
    mapping = {
        "only": [{"column": "owner_org", "one_of": ["ssc-spc"]}],
        "fields": {
            "source": {"constant": "gc-service-inventory"},
            "external_id": {"column": "service_id"},
            "code": {"column": "service_id", "prefix": "ssc-"},
            "name": {"column": "service_name_en"},
            "description": {"column": "service_description_en"},
            "stage": {"constant": "catalog"},
        },
    }
    text = (folder / "service_inventory_2023_24.csv").read_text(encoding="utf-8-sig")
    ours = [row for row in csv.DictReader(io.StringIO(text)) if row["owner_org"] == "ssc-spc"]
    result = await import_file(portfolio, "service", text, mapping=mapping)
    assert counts(result) == (len(ours), 0, 0, 0) == (13, 0, 0, 0)
    assert {service["name"] for service in (await listed(portfolio)).values()} == {
        row["service_name_en"] for row in ours
    }
