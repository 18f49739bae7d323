"""Services go out in the form of Backstage's catalog, and come back as they were."""

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.testing import ServiceUnderTest
from portfolio.backstage_entity.terms import LIFECYCLES
from portfolio.service.terms import Status
from tests.backstage import documents, examples, hold_to_backstage, outcomes, published, sent, sent_json
from tests.databases import clean
from tests.portfolio.backstage_entity.catalog import CATALOG, component, listed, used
from tests.portfolio.files import import_file
from tests.portfolio.services import Services, made


async def extracted(portfolio: ServiceUnderTest, **asked: str) -> str:
    answer = await portfolio.client.get("/v1/backstage-extract", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/yaml")
    return answer.text


async def entities(portfolio: ServiceUnderTest) -> dict[str, dict[str, Any]]:
    return {it["metadata"]["name"]: it for it in documents(await extracted(portfolio))}


async def known(portfolio: ServiceUnderTest) -> dict[str, Any]:
    """What both sides know of the services that are not gone."""
    fields = ("name", "kind", "description", "owner", "tags", "retires_on")
    services = (await listed(portfolio)).items()
    return {
        code: (LIFECYCLES[Status(it["status"])], *(it[field] for field in fields))
        for code, it in services
        if it["status"] in LIFECYCLES
    }


async def come_back(portfolio: ServiceUnderTest) -> None:
    """All that is given out, taken into an empty portfolio, is what it was."""
    before, relations, text = await known(portfolio), await used(portfolio), await extracted(portfolio)
    await clean(portfolio.database.engine, "portfolio")
    result = await sent(portfolio, text)
    assert set(outcomes(result).values()) <= {"created"}, result
    assert [it["left_out"] for it in result["entities"] if it["left_out"]] == []
    assert await known(portfolio) == before
    words = {"made of", "provided by", "consumes API"}
    assert {pair[:2] for pair in await used(portfolio)} == {pair[:2] for pair in relations}
    assert {pair for pair in await used(portfolio) if pair[2]} <= {pair for pair in relations if pair[2] in words}
    assert await extracted(portfolio) == text


async def test_a_service_is_a_component_with_all_that_backstage_has_words_for(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational(
        "mail", name="Managed mail", description="Mailboxes", owner="Head of workplace", tags=["office", "a.b"]
    )
    disk = await services.operational("disk", name="Disk", kind="supporting", owner="team-a")
    await services.use(mail, disk)
    assert await entities(portfolio) == {
        "mail": {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Component",
            "metadata": {
                "name": "mail",
                "title": "Managed mail",
                "description": "Mailboxes",
                "annotations": {
                    "steward/kind": "customer_facing",
                    "steward/owner": "Head of workplace",
                    "steward/tags": "a.b",
                },
                "tags": ["office"],
            },
            "spec": {
                "type": "service",
                "lifecycle": "production",
                "owner": "Head-of-workplace-70afe3e6",
                "dependsOn": ["component:default/disk"],
            },
        },
        "disk": {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Component",
            "metadata": {"name": "disk", "title": "Disk", "annotations": {"steward/kind": "supporting"}},
            "spec": {"type": "service", "lifecycle": "production", "owner": "team-a"},
        },
    }


async def test_a_code_that_is_no_name_there_goes_out_as_one_and_comes_back(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    """The eight letters are the first of `printf %s CODE | sha256sum`."""
    long = "c" * 64
    for code in ("net/lan:1", "net-lan.1", "Mail", "mail", "end-", long):
        await services.proposed(code)
    found = await entities(portfolio)
    assert {name: it["metadata"]["annotations"].get("steward/code") for name, it in found.items()} == {
        "net-lan-1-d20bc92f": "net/lan:1",
        "net-lan.1": None,
        "Mail-07ed6ccf": "Mail",
        "mail-00d8d3f1": "mail",
        "end-89d969cd": "end-",
        f"{'c' * 54}-52b6419d": long,
    }
    await come_back(portfolio)


async def test_services_that_are_gone_stay_here(portfolio: ServiceUnderTest, services: Services) -> None:
    made(await services.step(await services.proposed("a"), "rejection"))
    await import_file(portfolio, "service", "code,name,stage\nb,B,retired\nc,C,catalog\n")
    assert list(await entities(portfolio)) == ["c"]


async def test_each_status_goes_out_by_its_lifecycle(portfolio: ServiceUnderTest, services: Services) -> None:
    await services.proposed("a")
    made(await services.step(await services.proposed("b"), "hold"))
    await services.operational("c")
    await services.retiring("d", retires_on="2026-03-01")
    found = await entities(portfolio)
    assert {name: it["spec"]["lifecycle"] for name, it in found.items()} == {
        "a": "experimental",
        "b": "experimental",
        "c": "production",
        "d": "deprecated",
    }
    assert found["d"]["metadata"]["annotations"]["steward/retires-on"] == "2026-03-01"
    await come_back(portfolio)


async def test_what_backstage_said_of_an_entity_goes_back_as_it_came(portfolio: ServiceUnderTest) -> None:
    said = component(
        "Till",
        namespace="shop",
        title="Till",
        labels={"example.org/tier": "1e3", "empty": ""},
        annotations={"example.org/build": "0o17", "plain": " with blanks "},
        tags=["c++", "java"],
        links=[{"url": "https://example.org/till", "title": "Till", "icon": "dashboard", "type": "runbook"}],
        spec={"type": "library", "subcomponentOf": "component:shop/shop"},
    )
    shop = component("shop", namespace="shop", title="Shop")
    await sent_json(portfolio, said, shop)
    (found,) = [it for name, it in (await entities(portfolio)).items() if name == "Till"]
    found["metadata"]["annotations"].pop("steward/kind")
    assert found == said
    assert (await listed(portfolio))["Till"]["tags"] == ["java"]
    await come_back(portfolio)


async def test_every_relation_goes_back_by_its_own_word(portfolio: ServiceUnderTest) -> None:
    await sent(portfolio, CATALOG)
    found = await entities(portfolio)
    assert found["till"]["spec"] == {
        "type": "service",
        "lifecycle": "production",
        "owner": "user:guest",
        "system": "system:default/shop",
        "providesApis": ["api:default/payments"],
        "dependsOn": ["resource:default/ledger"],
    }
    assert found["shop"]["spec"] == {"owner": "team-a", "domain": "sales"}
    assert found["payments"]["spec"]["definition"] == "openapi: 3.1.0"
    await come_back(portfolio)


async def test_what_a_kind_has_no_field_for_is_annotated(portfolio: ServiceUnderTest, services: Services) -> None:
    await sent(portfolio, CATALOG)
    ids = {code: it["id"] for code, it in (await listed(portfolio)).items()}
    for user, other in (("shop", "payments"), ("payments", "ledger")):
        command = {"service_id": ids[user], "uses_id": ids[other], "kind": "calls"}
        made(await portfolio.client.post("/v1/dependencies", json=command))
    found = await entities(portfolio)
    assert found["shop"]["metadata"]["annotations"]["steward/depends-on"] == "api:default/payments"
    assert found["payments"]["metadata"]["annotations"]["steward/depends-on"] == "resource:default/ledger"
    assert found["shop"]["metadata"]["annotations"]["steward/lifecycle"] == "production"
    await come_back(portfolio)


async def test_the_same_entities_come_as_pages_of_json(portfolio: ServiceUnderTest) -> None:
    await sent(portfolio, CATALOG)
    first = made(await portfolio.client.get("/v1/backstage-entities", params={"limit": "3", "include": "total"}))
    rest = made(
        await portfolio.client.get(
            "/v1/backstage-entities", params={"limit": "3", "include": "total", "cursor": first["next_cursor"]}
        )
    )
    assert (first["total"], len(first["items"]), rest["next_cursor"]) == (4, 3, None)
    assert [*first["items"], *rest["items"]] == documents(await extracted(portfolio))


async def test_of_another_source_a_service_is_a_component_by_its_code(portfolio: ServiceUnderTest) -> None:
    await sent(portfolio, CATALOG)
    found = documents(await extracted(portfolio, source="other"))
    assert {it["kind"] for it in found} == {"Component"}


async def test_a_name_that_an_entity_has_already_is_not_given_to_another_service(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await sent_json(portfolio, component("till", annotations={"steward/code": "checkout"}))
    await services.proposed("till")
    found = await entities(portfolio)
    assert found["till"]["metadata"]["annotations"]["steward/code"] == "checkout"
    (other,) = found.keys() - {"till"}
    assert found[other]["metadata"]["annotations"]["steward/code"] == "till"
    await come_back(portfolio)


async def test_an_id_that_is_no_longer_one_takes_along_what_was_kept_of_it(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await sent_json(portfolio, component("till", spec={"type": "library"}))
    till = (await listed(portfolio))["till"]
    made(
        await portfolio.client.put(
            f"/v1/services/{till['id']}/external-ids",
            json={"external_ids": [{"source": "backstage", "external_id": "resource:default/TILL"}]},
            headers={"If-Match": f'"{till["version"]}"'},
        )
    )
    (found,) = (await entities(portfolio)).values()
    assert (found["kind"], found["metadata"]["name"], found["spec"]["type"]) == ("Resource", "TILL", "service")


@published
async def test_the_published_examples_come_back_as_backstage_would_take_them(portfolio: ServiceUnderTest) -> None:
    await sent(portfolio, examples())
    found = await entities(portfolio)
    hold_to_backstage(found.values())
    originals = {it["metadata"]["name"]: it for it in documents(examples()) if it["metadata"]["name"] in found}
    assert originals.keys() == found.keys()
    for name, original in originals.items():
        back, metadata = found[name], original["metadata"]
        assert (back["kind"], back["spec"].get("type")) == (original["kind"], original["spec"].get("type"))
        assert back["spec"]["owner"] == original["spec"]["owner"]
        assert back["spec"].get("lifecycle") == original["spec"].get("lifecycle")
        assert back["metadata"]["title"] == metadata.get("title", name)
        assert sorted(back["metadata"].get("tags", ())) == sorted(metadata.get("tags", ()))
        for field in ("description", "links"):
            assert back["metadata"].get(field) == metadata.get(field)
    await come_back(portfolio)


letters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
lines = st.text(letters, min_size=1, max_size=30).map(str.strip).filter(bool)
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,12}", fullmatch=True)
tags = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True)
described = st.fixed_dictionaries(
    {
        "name": lines,
        "kind": st.sampled_from(["customer_facing", "supporting"]),
        "description": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
        "owner": st.none() | lines | st.sampled_from(["team-a", "user:default/ada", "1e3", "null"]),
        "tags": st.lists(tags, max_size=4),
    }
)
portfolios = st.dictionaries(codes, described, min_size=2, max_size=5)


@published
async def test_whatever_is_given_out_fits_the_schemas_and_comes_back(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    drawn: list[dict[str, dict[str, Any]]] = []

    @settings(max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(portfolios)
    def draw(case: dict[str, dict[str, Any]]) -> None:
        drawn.append(case)

    draw()
    for case in drawn:
        await clean(portfolio.database.engine, "portfolio")
        proposed = [await services.proposed(code, **said) for code, said in case.items()]
        for user, other in pairwise(proposed):
            assert (await services.use(user, other)).is_success
        hold_to_backstage(documents(await extracted(portfolio)))
        await come_back(portfolio)
