"""What is wrong is refused where it stands; the rest of the same body is taken."""

from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.backstage import examples, outcomes, post, published, said, sent, sent_json
from tests.portfolio.backstage_entity.catalog import component, listed, used
from tests.portfolio.services import refused


async def test_the_second_of_two_entities_with_one_name_is_refused(portfolio: ServiceUnderTest) -> None:
    result = await sent_json(portfolio, component("mail"), component("Mail", title="Other"))
    assert said(result) == {"Mail": [("/metadata/name", "it stands in the body before")]}
    assert (await listed(portfolio))["mail"]["name"] == "mail"


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


async def test_what_cannot_be_read_is_refused_as_a_whole(portfolio: ServiceUnderTest) -> None:
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert refused(await post(portfolio, bomb, "application/yaml"), 400, "request.malformed")["line"] == 1
    refused(await post(portfolio, b"\xff\xfea", "application/yaml"), 400, "request.malformed")
    refused(await post(portfolio, b'{"kind": NaN}', "application/json"), 400, "request.malformed")
    refused(await post(portfolio, b"--- a\n" * 5_001, "text/yaml"), 413, "request.body-too-large")
    refused(await post(portfolio, b"x" * ((4 << 20) + 1), "text/yaml"), 413, "request.body-too-large")
    refused(await post(portfolio, b"a: b", "text/html"), 415, "request.unsupported-media-type")
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
