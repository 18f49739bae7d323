"""Entities of Backstage come in as services."""

import asyncio
import json

from chassis.testing import ServiceUnderTest
from tests.backstage import outcomes, said, sent, sent_json
from tests.portfolio.backstage_entity.catalog import CATALOG, component, listed, used
from tests.portfolio.services import Services


async def test_entities_join_where_their_lifecycle_says(portfolio: ServiceUnderTest) -> None:
    result = await sent(portfolio, CATALOG)
    assert outcomes(result) == dict.fromkeys(("shop", "till", "payments", "ledger"), "created")
    services = await listed(portfolio)
    shop, till = services["shop"], services["till"]
    assert (shop["name"], shop["description"], shop["owner"]) == ("The shop", "Where things are sold", "team-a")
    assert till["external_ids"] == [
        {"source": "backstage", "external_id": "component:default/till", "absent_since": None}
    ]
    assert (till["name"], till["owner"]) == ("till", "user:guest")
    assert {code: (it["status"], it["kind"]) for code, it in services.items()} == {
        "shop": ("operational", "customer_facing"),
        "till": ("operational", "supporting"),
        "payments": ("proposed", "supporting"),
        "ledger": ("operational", "supporting"),
    }


async def test_the_same_file_again_changes_nothing(portfolio: ServiceUnderTest) -> None:
    await sent(portfolio, CATALOG)
    before, facts = await listed(portfolio), len(await portfolio.announced())
    result = await sent(portfolio, CATALOG)
    assert (result["unchanged"], result["read"]) == (4, 4)
    assert await listed(portfolio) == before
    assert len(await portfolio.announced()) == facts


async def test_a_known_entity_is_described_anew_and_keeps_its_stage_and_what_is_left_out(
    portfolio: ServiceUnderTest,
) -> None:
    await sent(portfolio, CATALOG)
    again = component("TILL", spec={"lifecycle": "experimental", "owner": "team-b"}, description="Takes money")
    result = await sent_json(portfolio, again)
    assert outcomes(result) == {"TILL": "changed"}
    till = (await listed(portfolio))["till"]
    assert (till["owner"], till["description"], till["status"]) == ("team-b", "Takes money", "operational")
    assert len(await used(portfolio)) == 3


async def test_a_relation_that_comes_later_changes_the_entity_that_says_it(portfolio: ServiceUnderTest) -> None:
    await sent_json(portfolio, component("a"), component("b"))
    result = await sent_json(portfolio, component("a", spec={"dependsOn": ["component:b"]}), component("b"))
    assert outcomes(result) == {"a": "changed", "b": "unchanged"}
    assert await used(portfolio) == {("a", "b", None)}


async def test_an_entity_is_the_service_that_has_its_code_already(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.proposed("mail", name="Managed mail", kind="customer_facing")
    assert outcomes(await sent_json(portfolio, component("mail"))) == {"mail": "changed"}
    mail = (await listed(portfolio))["mail"]
    assert (mail["name"], mail["kind"], mail["status"]) == ("Managed mail", "customer_facing", "proposed")


async def test_another_entity_of_a_name_that_is_taken_gets_a_code_with_its_kind(portfolio: ServiceUnderTest) -> None:
    resource = {**component("mail"), "kind": "Resource"}
    elsewhere = component("mail", namespace="labs")
    result = await sent_json(portfolio, component("mail"), resource, elsewhere)
    assert [it["code"] for it in result["entities"]] == ["mail", "resource:mail", "component:labs/mail"]
    assert (await sent_json(portfolio, resource))["unchanged"] == 1


async def test_a_deprecated_entity_has_its_notice_or_is_refused(portfolio: ServiceUnderTest) -> None:
    old = component("old", spec={"lifecycle": "deprecated"})
    older = component("older", spec={"lifecycle": "deprecated"}, annotations={"steward/retires-on": "2026-02-01"})
    result = await sent_json(portfolio, old, older)
    assert outcomes(result) == {"old": "refused", "older": "created"}
    assert said(result)["old"][0][0] == "/spec/lifecycle"
    assert outcomes(await sent_json(portfolio, old, older, retires_on="2026-12-31")) == {
        "old": "created",
        "older": "unchanged",
    }
    services = await listed(portfolio)
    assert {code: (it["status"], it["retires_on"]) for code, it in services.items()} == {
        "old": ("retiring", "2026-12-31"),
        "older": ("retiring", "2026-02-01"),
    }
    announced = [fact.data["code"] for fact in await portfolio.announced("portfolio.service-retiring.v1")]
    assert announced == ["older", "old"]


async def test_a_complete_list_marks_what_it_lacks_unless_something_of_it_is_refused(
    portfolio: ServiceUnderTest,
) -> None:
    await sent_json(portfolio, component("a"), component("b"))
    refused_too = await sent_json(portfolio, component("a"), component("not a name"), complete="true")
    assert refused_too["absent"] == 0
    assert (await sent_json(portfolio, component("a"), complete="true"))["absent"] == 1
    services = await listed(portfolio, absent_from="backstage")
    assert list(services) == ["b"]
    assert (await sent_json(portfolio, component("b")))["changed"] == 1
    assert await listed(portfolio, absent_from="backstage") == {}


async def test_each_backstage_has_ids_of_its_own(portfolio: ServiceUnderTest) -> None:
    await sent_json(portfolio, component("a"))
    await sent_json(portfolio, component("a", namespace="labs"), source="labs")
    (service,) = (await listed(portfolio)).values()
    ids = [(it["source"], it["external_id"]) for it in service["external_ids"]]
    assert ids == [("backstage", "component:default/a"), ("labs", "component:labs/a")]


async def test_a_page_of_json_and_a_single_entity_are_taken_too(portfolio: ServiceUnderTest) -> None:
    page = json.dumps({"items": [component("a")], "totalItems": 1, "pageInfo": {}})
    assert (await sent(portfolio, page, "application/json"))["created"] == 1
    assert (await sent(portfolio, json.dumps(component("b")), "application/json; charset=utf-8"))["created"] == 1
    assert (await sent(portfolio, ""))["read"] == 0


async def test_a_code_of_its_own_goes_before_the_name_and_an_entity_without_any_is_refused(
    portfolio: ServiceUnderTest,
) -> None:
    name = "n" * 60
    first = component(name, namespace="not-default", annotations={"steward/code": "checkout"})
    result = await sent_json(portfolio, first, component(name), {**component(name), "kind": "Resource"})
    assert [it["code"] for it in result["entities"]] == ["checkout", name, None]
    assert said(result)[name][0][0] == "/metadata/name"


async def test_of_two_imports_at_once_the_second_finds_what_the_first_has_made(portfolio: ServiceUnderTest) -> None:
    results = await asyncio.gather(*(sent(portfolio, CATALOG) for _ in range(2)))
    assert sorted((it["created"], it["unchanged"]) for it in results) == [(0, 4), (4, 0)]
    assert len(await used(portfolio)) == 3
