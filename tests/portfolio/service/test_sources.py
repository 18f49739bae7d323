"""Several sources tell of services by files: each is the authority on its own ids, and on nothing else."""

import asyncio
from typing import Any

import httpx

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file
from tests.portfolio.services import Services, made

HEADER = "source,external_id,code,name,stage\n"
CMDB = HEADER + "cmdb,1,mail,Mail,catalog\ncmdb,2,chat,Chat,catalog\ncmdb,3,fax,Fax,catalog\n"
ERP = HEADER + "erp,A,mail,Mail,catalog\nerp,B,print,Print,catalog\n"


async def complete(portfolio: ServiceUnderTest, text: str, source: str) -> dict[str, Any]:
    return made(await sent(portfolio, text, source))


async def sent(portfolio: ServiceUnderTest, text: str, source: str) -> httpx.Response:
    return await portfolio.client.post(
        "/v1/service-imports",
        content=text.encode(),
        params={"complete_for": source},
        headers={"Content-Type": "text/csv"},
    )


async def names(portfolio: ServiceUnderTest, **asked: str) -> dict[str, dict[str, bool]]:
    """Per service: its sources, and whether each of them still has it."""
    listed = made(await portfolio.client.get("/v1/services", params={"limit": "500", **asked}))["items"]
    return {
        service["code"]: {name["source"]: name["absent_since"] is None for name in service["external_ids"]}
        for service in listed
    }


async def test_what_the_complete_list_of_a_source_lacks_is_marked_and_ids_of_others_are_left_alone(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await complete(portfolio, CMDB, "cmdb")
    await complete(portfolio, ERP, "erp")
    assert await names(portfolio) == {
        "mail": {"cmdb": True, "erp": True},
        "chat": {"cmdb": True},
        "fax": {"cmdb": True},
        "print": {"erp": True},
    }
    result = await complete(portfolio, HEADER + "cmdb,2,chat,Chat,catalog\n", "cmdb")
    assert (counts(result), result["absent"]) == ((0, 0, 1, 0), 2)
    assert await names(portfolio) == {
        "mail": {"cmdb": False, "erp": True},
        "chat": {"cmdb": True},
        "fax": {"cmdb": False},
        "print": {"erp": True},
    }
    assert set(await names(portfolio, absent_from="cmdb")) == {"mail", "fax"}
    assert set(await names(portfolio, stage="catalog")) == {"mail", "chat", "fax", "print"}
    fax = made(await portfolio.client.get("/v1/services", params={"code": "fax"}))["items"][0]
    assert fax["external_ids"][0]["absent_since"] == "2026-01-15T12:00:00Z"
    assert fax["version"] == 2


async def test_what_is_there_again_is_not_absent_any_more_and_the_same_list_again_changes_nothing(
    portfolio: ServiceUnderTest,
) -> None:
    await complete(portfolio, CMDB, "cmdb")
    await complete(portfolio, HEADER + "cmdb,2,chat,Chat,catalog\n", "cmdb")
    again = await complete(portfolio, CMDB, "cmdb")
    assert (counts(again), again["absent"]) == ((0, 2, 1, 0), 0)
    assert await names(portfolio, absent_from="cmdb") == {}
    same = await complete(portfolio, CMDB, "cmdb")
    assert (counts(same), same["absent"]) == ((0, 0, 3, 0), 0)


async def test_a_list_with_a_row_that_is_rejected_marks_nothing(portfolio: ServiceUnderTest) -> None:
    await complete(portfolio, CMDB, "cmdb")
    broken = await complete(portfolio, HEADER + "cmdb,2,chat,Chat,catalog\ncmdb,3,fax,,catalog\n", "cmdb")
    assert (broken["rejected"], broken["absent"]) == (1, 0)
    foreign = await complete(portfolio, HEADER + "cmdb,2,chat,Chat,catalog\nerp,1,x,X,catalog\n", "cmdb")
    assert (foreign["rejected"], foreign["absent"]) == (1, 0)
    assert foreign["rejections"][0] == {
        "line": 3,
        "column": "source",
        "reason": "the file is the complete list of cmdb",
    }
    empty = await complete(portfolio, HEADER, "cmdb")
    assert empty["absent"] == 0


async def test_a_file_that_does_not_claim_to_be_complete_marks_nothing(portfolio: ServiceUnderTest) -> None:
    await complete(portfolio, CMDB, "cmdb")
    part = await import_file(portfolio, "service", HEADER + "cmdb,2,chat,Chat,catalog\n")
    assert part["absent"] == 0


async def test_two_sources_at_once_make_each_service_once(portfolio: ServiceUnderTest) -> None:
    for _ in range(3):
        answers = await asyncio.gather(
            *(sent(portfolio, text, source) for text, source in ((CMDB, "cmdb"), (ERP, "erp"), (CMDB, "cmdb")))
        )
        assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert await names(portfolio) == {
        "mail": {"cmdb": True, "erp": True},
        "chat": {"cmdb": True},
        "fax": {"cmdb": True},
        "print": {"erp": True},
    }


async def test_a_row_says_on_which_day_it_was_so(portfolio: ServiceUnderTest, services: Services) -> None:
    header = "source,external_id,code,name,requested_budget,currency,planned_launch_on,stated_on\n"
    row = "board,1,sensors,Sensors,{},CAD,{},{}\n"
    told = [("100", "2020-03-31", "2019-05-01"), ("140", "2022-03-31", "2021-05-01")]
    for budget, planned, stated in told:
        result = await import_file(portfolio, "service", header + row.format(budget, planned, stated))
        assert result["rejected"] == 0
    older = await import_file(portfolio, "service", header + row.format("90", "2020-01-31", "2018-05-01"))
    assert older["rejections"][0]["column"] == "stated_on"
    coming = await import_file(portfolio, "service", header + row.format("90", "2020-01-31", "2026-05-01"))
    assert coming["rejections"][0]["reason"] == "this day is still to come"

    sensors = made(await portfolio.client.get("/v1/services", params={"code": "sensors"}))["items"][0]
    assert sensors["planned_launch_on"] == "2022-03-31"
    then = await services.read(sensors["id"], as_of="2020-01-01")
    assert (then["planned_launch_on"], then["requested_budget"]["amount"]) == ("2020-03-31", "100")
    assert then["status"] == "proposed"
