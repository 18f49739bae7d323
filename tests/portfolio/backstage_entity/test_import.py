"""Entities of Backstage come in as services."""

import json
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.backstage import YAML, examples, published
from tests.portfolio.services import Services, made, refused

CATALOG = """\
apiVersion: backstage.io/v1alpha1
kind: System
metadata:
  name: shop
  title: The shop
  description: Where things are sold
  tags: [web, c++]
spec:
  owner: team-a
  domain: sales
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: till}
spec:
  type: service
  lifecycle: production
  owner: user:guest
  system: shop
  providesApis: [payments]
  dependsOn: ['resource:ledger', 'component:default/elsewhere']
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: payments}
spec: {type: openapi, lifecycle: experimental, owner: team-a, definition: 'openapi: 3.1.0'}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: ledger}
spec: {type: database, owner: team-a}
"""


async def sent(portfolio: ServiceUnderTest, body: str | bytes, media: str = YAML["Content-Type"], **asked: str) -> Any:
    content = body if isinstance(body, bytes) else body.encode()
    answer = await portfolio.client.post(
        "/v1/backstage-imports", content=content, params=asked, headers={"Content-Type": media}
    )
    return made(answer)


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {it["name"]: it["outcome"] for it in result["entities"]}


def said(result: dict[str, Any], what: str = "errors") -> dict[str, list[tuple[str, str]]]:
    """Name → pointers with their messages, of those that have any."""
    return {
        it["name"]: [(remark["pointer"], remark["message"]) for remark in it[what]]
        for it in result["entities"]
        if it[what]
    }


async def listed(portfolio: ServiceUnderTest, **asked: str) -> dict[str, dict[str, Any]]:
    answer = made(await portfolio.client.get("/v1/services", params={"limit": "500", **asked}))
    return {service["code"]: service for service in answer["items"]}


async def used(portfolio: ServiceUnderTest) -> set[tuple[str, str, str | None]]:
    """Who uses whom, and in what way, by their codes."""
    codes = {service["id"]: code for code, service in (await listed(portfolio)).items()}
    found = made(await portfolio.client.get("/v1/dependencies", params={"limit": "500"}))["items"]
    return {(codes[it["service_id"]], codes[it["uses_id"]], it["kind"]) for it in found}


def component(name: str, *, spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": name, **metadata},
        "spec": {"type": "service", "lifecycle": "production", "owner": "team-a", **(spec or {})},
    }


async def sent_json(portfolio: ServiceUnderTest, *entities: Any, **asked: str) -> Any:
    return await sent(portfolio, json.dumps(entities), "application/json", **asked)


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


async def test_relations_become_dependencies_and_what_is_not_known_is_said(portfolio: ServiceUnderTest) -> None:
    result = await sent(portfolio, CATALOG)
    assert await used(portfolio) == {
        ("shop", "till", "made of"),
        ("payments", "till", "provided by"),
        ("till", "ledger", None),
    }
    assert said(result, "left_out") == {"till": [("/spec/dependsOn/1", "component:default/elsewhere is not known")]}


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


async def test_of_relations_that_close_a_loop_together_none_is_taken(portfolio: ServiceUnderTest) -> None:
    result = await sent_json(
        portfolio,
        component("a", spec={"dependsOn": ["component:b", "component:d"]}),
        component("b", spec={"dependsOn": ["component:c"]}),
        component("c", spec={"dependsOn": ["component:a"]}),
        component("d", spec={"dependsOn": ["component:d"]}),
    )
    assert result["created"] == 4
    assert await used(portfolio) == {("a", "d", None)}
    assert {name: [pointer for pointer, _ in remarks] for name, remarks in said(result, "left_out").items()} == {
        "a": ["/spec/dependsOn/0"],
        "b": ["/spec/dependsOn/0"],
        "c": ["/spec/dependsOn/0"],
        "d": ["/spec/dependsOn/0"],
    }
    assert said(result, "left_out")["d"][0][1] == "d would use itself by it, directly or through others"


async def test_a_loop_with_what_is_there_already_is_left_out(portfolio: ServiceUnderTest, services: Services) -> None:
    await sent_json(portfolio, component("a", spec={"dependsOn": ["component:b"]}), component("b"))
    result = await sent_json(portfolio, component("b", spec={"dependsOn": ["component:a"]}))
    assert [pointer for pointer, _ in said(result, "left_out")["b"]] == ["/spec/dependsOn/0"]
    assert await used(portfolio) == {("a", "b", None)}


async def test_what_is_gone_is_not_used_again(portfolio: ServiceUnderTest, services: Services) -> None:
    await sent_json(portfolio, component("a", spec={"lifecycle": "experimental"}))
    made(await services.step((await listed(portfolio))["a"], "rejection"))
    result = await sent_json(portfolio, component("b", spec={"dependsOn": ["component:a"]}))
    assert said(result, "left_out") == {"b": [("/spec/dependsOn/0", "a is rejected.")]}


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


async def test_the_second_of_two_entities_with_one_name_is_refused(portfolio: ServiceUnderTest) -> None:
    result = await sent_json(portfolio, component("mail"), component("Mail", title="Other"))
    assert said(result) == {"Mail": [("/metadata/name", "it stands in the body before")]}
    assert (await listed(portfolio))["mail"]["name"] == "mail"


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


@pytest.mark.parametrize(
    ("spec", "metadata", "pointer"),
    [
        ({"lifecycle": "deprecated"}, {"annotations": {"steward/retires-on": "2026-01-15"}}, "retires-on"),
        ({"lifecycle": "deprecated"}, {"annotations": {"steward/retires-on": "soon"}}, "retires-on"),
        ({"lifecycle": "beta"}, {}, "/spec/lifecycle"),
        ({"lifecycle": None}, {}, "/spec/lifecycle"),
        ({"owner": ""}, {}, "/spec/owner"),
        ({"dependsOn": ["nothing"]}, {}, "/spec/dependsOn/0"),
        ({"dependsOn": "component:a"}, {}, "/spec/dependsOn"),
        ({"consumesApis": ["api:/x"]}, {}, "/spec/consumesApis/0"),
        ({}, {"annotations": {"steward/kind": "free"}}, "steward~1kind"),
        ({}, {"annotations": {"steward/code": "no code"}}, "steward~1code"),
        ({}, {"annotations": {"steward/tags": "Not a tag"}}, "steward~1tags"),
        ({}, {"annotations": {"steward/depends-on": "component:"}}, ""),
        ({}, {"annotations": {"UPPER.org/x": "1"}}, "/metadata/annotations/UPPER.org~1x"),
        ({}, {"labels": {"a": "not a value!"}}, "/metadata/labels/a"),
        ({}, {"labels": {"/a": "b"}}, "/metadata/labels/~1a"),
        ({}, {"namespace": "a--b"}, "/metadata/namespace"),
        ({}, {"tags": ["Java"]}, "/metadata/tags/0"),
        ({}, {"tags": ["go", "go 1.15.3"]}, "/metadata/tags/1"),
        ({}, {"links": [{"url": "not an address"}]}, "/metadata/links/0/url"),
        ({}, {"links": [{"title": "no address"}]}, "/metadata/links/0/url"),
        ({}, {"title": "two\nlines"}, "/metadata/title"),
        ({}, {"description": 5}, "/metadata/description"),
    ],
)
async def test_what_breaks_a_rule_is_refused_where_it_stands_and_the_others_are_taken(
    portfolio: ServiceUnderTest, spec: dict[str, Any], metadata: dict[str, Any], pointer: str
) -> None:
    if metadata.get("description") == 5:
        metadata = {"description": [5]}
    result = await sent_json(portfolio, component("bad", spec=spec, **metadata), component("good"))
    assert outcomes(result) == {"bad": "refused", "good": "created"}
    assert [at for at, _ in said(result)["bad"] if pointer in at]
    assert list(await listed(portfolio)) == ["good"]


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "ä", "a/b", "a" * 64, None, ["a"], {"a": "b"}])
async def test_a_name_that_breaks_the_rule_is_refused(portfolio: ServiceUnderTest, name: Any) -> None:
    (entity,) = (await sent_json(portfolio, component(name)))["entities"]
    assert (entity["outcome"], entity["errors"][0]["pointer"]) == ("refused", "/metadata/name")


@pytest.mark.parametrize("document", ["a text", [], 5, True, {}, {"kind": "Component"}, {"kind": ["Component"]}])
async def test_what_is_no_descriptor_is_refused(portfolio: ServiceUnderTest, document: Any) -> None:
    result = await sent_json(portfolio, document, component("good"))
    assert [it["outcome"] for it in result["entities"]] == ["refused", "created"]


async def test_other_kinds_are_skipped_and_other_versions_refused(portfolio: ServiceUnderTest) -> None:
    result = await sent_json(
        portfolio, {**component("team-a"), "kind": "Group"}, {**component("x"), "apiVersion": "backstage.io/v2"}
    )
    assert outcomes(result) == {"team-a": "skipped", "x": "refused"}
    assert said(result)["x"][0][0] == "/apiVersion"
    assert await listed(portfolio) == {}


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


async def test_what_cannot_be_read_is_refused_as_a_whole(portfolio: ServiceUnderTest) -> None:
    async def post(body: bytes, media: str) -> Any:
        headers = {"Content-Type": media}
        return await portfolio.client.post("/v1/backstage-imports", content=body, headers=headers)

    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert refused(await post(bomb, "application/yaml"), 400, "request.malformed")["line"] == 1
    refused(await post(b"\xff\xfea", "application/yaml"), 400, "request.malformed")
    refused(await post(b'{"kind": NaN}', "application/json"), 400, "request.malformed")
    refused(await post(b"--- a\n" * 5_001, "text/yaml"), 413, "request.body-too-large")
    refused(await post(b"x" * ((4 << 20) + 1), "text/yaml"), 413, "request.body-too-large")
    refused(await post(b"a: b", "text/html"), 415, "request.unsupported-media-type")
    assert await listed(portfolio) == {}


@published
async def test_of_the_published_examples_the_invalid_one_is_refused_with_its_reason(
    portfolio: ServiceUnderTest,
) -> None:
    result = await sent(portfolio, examples())
    assert {it["name"]: (it["kind"], it["outcome"]) for it in result["entities"]} == {
        "artist-engagement-portal": ("System", "created"),
        "artist-lookup": ("Component", "created"),
        "artists-db": ("Resource", "created"),
        "artists": ("Domain", "skipped"),
        "invalid component": ("Component", "refused"),
        "acme-corp": ("Group", "skipped"),
        "playback-order": ("Component", "created"),
        "podcast-api": ("Component", "created"),
        "team-a": ("Group", "skipped"),
        "www-artist": ("Component", "created"),
    }
    assert said(result)["invalid component"] == [
        ("/metadata/name", "letters and digits, parted by - _ or . , at most 63 in all"),
        ("/metadata/tags/1", "small letters, digits and : + # , parted by single - , at most 63 in all"),
    ]
    assert said(result, "left_out") == {
        "playback-order": [("/spec/system", "system:default/audio-playback is not known")],
        "podcast-api": [("/spec/system", "system:default/podcast is not known")],
    }
    assert await used(portfolio) == {
        ("artist-engagement-portal", "artist-lookup", "made of"),
        ("artist-engagement-portal", "artists-db", "made of"),
        ("artist-engagement-portal", "www-artist", "made of"),
        ("artist-lookup", "artists-db", None),
        ("www-artist", "artist-lookup", "consumes API"),
    }
    assert {code: (it["status"], it["kind"]) for code, it in (await listed(portfolio)).items()} == {
        "artist-engagement-portal": ("operational", "customer_facing"),
        "artist-lookup": ("proposed", "supporting"),
        "artists-db": ("operational", "supporting"),
        "playback-order": ("operational", "supporting"),
        "podcast-api": ("proposed", "supporting"),
        "www-artist": ("operational", "customer_facing"),
    }
