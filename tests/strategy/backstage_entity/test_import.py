"""Groups of Backstage come in as customers, its domains as market spaces."""

import asyncio
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.backstage import entity, examples, outcomes, published, said, sent, sent_json
from tests.strategy.conftest import Steps

ORGANIZATION = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a, title: Team A}
spec:
  type: team
  profile: {email: team-a@example.com}
  parent: division
  children: []
  members: [ada, user:default/Ada, grace]
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: acme}
spec: {type: organization, profile: {displayName: Acme}, children: [division, nowhere]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: division, description: One of many}
spec: {type: division, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: artists, title: Artists, description: All about them}
spec: {owner: team-a, subdomainOf: audio}
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: audio}
spec: {owner: group:acme, type: product-group}
"""


def group(name: str, *, spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return entity("Group", name, {"type": "team", "children": [], **(spec or {})}, **metadata)


def domain(name: str, *, spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return entity("Domain", name, {"owner": "team-a", **(spec or {})}, **metadata)


async def tree(steps: Steps, path: str) -> dict[str, tuple[str, str | None]]:
    """Code → name and the code of the parent."""
    found = (await steps.get(path, limit=500))["items"]
    codes = {it["id"]: it["code"] for it in found}
    return {it["code"]: (it["name"], codes.get(it["parent_id"])) for it in found}


async def test_groups_are_customers_in_their_tree_and_domains_market_spaces(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    result = await sent(strategy, ORGANIZATION)
    assert set(outcomes(result).values()) == {"created"}
    assert await tree(steps, "/customers") == {
        "acme": ("Acme", None),
        "division": ("division", "acme"),
        "team-a": ("Team A", "division"),
    }
    assert await tree(steps, "/market-spaces") == {"artists": ("Artists", "audio"), "audio": ("audio", None)}
    assert said(result, "left_out") == {"acme": [("/spec/children/1", "group:default/nowhere is not known")]}
    [artists] = (await steps.get("/market-spaces", code="artists"))["items"]
    assert (artists["description"], artists["owner"]) == ("All about them", "team-a")
    [team] = (await steps.get("/customers", code="team-a"))["items"]
    assert team["kind"] == "internal_unit"
    assert team["external_ids"] == [{"source": "backstage", "external_id": "group:default/team-a", "inherited": False}]


async def test_others_hear_of_each_once_and_of_where_it_lies(strategy: ServiceUnderTest) -> None:
    await sent(strategy, ORGANIZATION)
    facts = {fact.data["code"]: fact.data for fact in await strategy.announced("strategy.customer-registered.v1")}
    assert facts["division"]["parent_id"] == facts["acme"]["customer_id"]
    assert await strategy.announced("strategy.customer-changed.v1") == []
    spaces = {fact.data["code"]: fact.data for fact in await strategy.announced("strategy.market-space-defined.v1")}
    assert spaces["artists"]["parent_id"] == spaces["audio"]["market_space_id"]


async def test_the_members_of_a_group_are_a_size_of_the_customer(strategy: ServiceUnderTest, steps: Steps) -> None:
    await sent(strategy, ORGANIZATION)

    async def sizes() -> list[tuple[str, str]]:
        found = (await steps.get("/customer-sizes", measure="members"))["items"]
        return [(it["valid_from"], it["quantity"]) for it in found]

    assert await sizes() == [("2026-01-15", "2")]
    strategy.clock.advance(days=3)
    assert (await sent(strategy, ORGANIZATION))["unchanged"] == 5
    assert await sizes() == [("2026-01-15", "2")]
    assert outcomes(await sent_json(strategy, group("team-a", spec={"members": []}))) == {"team-a": "changed"}
    assert await sizes() == [("2026-01-15", "2"), ("2026-01-18", "0")]


async def test_the_same_file_again_changes_nothing(strategy: ServiceUnderTest) -> None:
    await sent(strategy, ORGANIZATION)
    before = await strategy.announced()
    assert (await sent(strategy, ORGANIZATION))["unchanged"] == 5
    assert await strategy.announced() == before


async def test_what_is_left_out_stays_as_it_is(strategy: ServiceUnderTest, steps: Steps) -> None:
    await sent(strategy, ORGANIZATION)
    result = await sent_json(strategy, group("Team-A", title="The A team"), domain("ARTISTS", spec={"owner": "ada"}))
    assert outcomes(result) == {"Team-A": "changed", "ARTISTS": "changed"}
    assert (await tree(steps, "/customers"))["team-a"] == ("The A team", "division")
    assert (await tree(steps, "/market-spaces"))["artists"] == ("Artists", "audio")
    [artists] = (await steps.get("/market-spaces", code="artists"))["items"]
    assert (artists["description"], artists["owner"]) == ("All about them", "ada")


async def test_a_customer_that_is_known_by_code_or_name_is_the_group(strategy: ServiceUnderTest, steps: Steps) -> None:
    await steps.customer("CRA", name="Canada Revenue Agency")
    await steps.customer("team-b", name="Bees")
    await steps.space("audio", rationale="We are good at it")
    result = await sent_json(strategy, group("cra", title="CANADA  revenue agency"), group("team-b"), domain("audio"))
    assert [(it["code"], it["outcome"]) for it in result["entities"]] == [
        ("CRA", "changed"),
        ("team-b", "changed"),
        ("audio", "changed"),
    ]
    assert (await tree(steps, "/customers"))["team-b"] == ("Bees", None)
    [audio] = (await steps.get("/market-spaces", code="audio"))["items"]
    assert audio["rationale"] == "We are good at it"


async def test_a_group_of_another_namespace_is_another_customer(strategy: ServiceUnderTest, steps: Steps) -> None:
    result = await sent_json(
        strategy, group("team-a"), group("team-a", namespace="labs", title="Labs"), domain("x", namespace="labs")
    )
    assert [it["code"] for it in result["entities"]] == ["team-a", "labs/team-a", "labs/x"]
    clash = group("team-c", annotations={"steward/code": "team-a"})
    assert said(await sent_json(strategy, clash)) == {
        "team-c": [("/metadata/name", "another group has the code team-a")]
    }


async def test_a_known_unit_is_moved_under_the_group_that_lists_it(strategy: ServiceUnderTest, steps: Steps) -> None:
    await sent_json(strategy, group("a"), group("b"))
    result = await sent_json(strategy, group("c", spec={"children": ["a", "b"], "parent": "b"}))
    assert said(result, "left_out") == {
        "c": [("/spec/children/1", "b would lie within itself"), ("/spec/parent", "c would lie within itself")]
    }
    assert {code: parent for code, (_, parent) in (await tree(steps, "/customers")).items()} == {
        "a": "c",
        "b": None,
        "c": None,
    }


async def test_what_a_child_says_of_its_parent_goes_before_what_others_say(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    result = await sent_json(
        strategy, group("a", spec={"children": ["c"]}), group("b"), group("c", spec={"parent": "b"})
    )
    assert (await tree(steps, "/customers"))["c"] == ("c", "b")
    assert said(result, "left_out") == {"a": [("/spec/children/0", "c lies under b")]}


@pytest.mark.parametrize("make", [group, domain])
async def test_of_places_that_close_a_loop_none_is_taken(strategy: ServiceUnderTest, steps: Steps, make: Any) -> None:
    over = {"group": "parent", "domain": "subdomainOf"}[make.__name__]
    path = {"group": "/customers", "domain": "/market-spaces"}[make.__name__]
    first = [make("a", spec={over: "b"}), make("b", spec={over: "a"}), make("c", spec={over: "a"})]
    assert set(said(await sent_json(strategy, *first), "left_out")) == {"a", "b"}
    assert {code: parent for code, (_, parent) in (await tree(steps, path)).items()} == {"a": None, "b": None, "c": "a"}
    again = await sent_json(strategy, make("a", spec={over: "c"}))
    assert said(again, "left_out") == {"a": [(f"/spec/{over}", "a would lie within itself")]}


async def test_a_tree_may_be_turned_over(strategy: ServiceUnderTest, steps: Steps) -> None:
    """`p` is not sent, and lies between two that move."""
    await sent_json(
        strategy, group("a"), group("q", spec={"parent": "a"}), group("p", spec={"parent": "q"}), group("r")
    )
    result = await sent_json(strategy, group("a", spec={"parent": "p"}), group("q", spec={"parent": "r"}))
    assert outcomes(result) == {"a": "changed", "q": "changed"}
    assert {code: parent for code, (_, parent) in (await tree(steps, "/customers")).items()} == {
        "a": "p",
        "p": "q",
        "q": "r",
        "r": None,
    }


async def test_what_is_said_of_a_merged_group_changes_nothing(strategy: ServiceUnderTest, steps: Steps) -> None:
    await sent_json(strategy, group("a"), group("b"), group("c"))
    found = {it["code"]: it for it in (await steps.get("/customers"))["items"]}
    await steps.post(f"/customers/{found['a']['id']}/merge", {"survivor_id": found["b"]["id"]}, of=found["a"])
    again = [group("a", title="A again", spec={"parent": "c", "members": ["x"]}), group("b")]
    result = await sent_json(strategy, *again, group("c", spec={"parent": "a"}), group("d", spec={"children": ["a"]}))
    assert [(it["code"], it["outcome"]) for it in result["entities"]] == [
        ("b", "unchanged"),
        ("b", "unchanged"),
        ("c", "changed"),
        ("d", "created"),
    ]
    assert (await tree(steps, "/customers"))["c"] == ("c", "b")
    assert (await tree(steps, "/customers"))["b"] == ("b", None)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (group("a b"), "/metadata/name"),
        (group("a", spec={"type": ""}), "/spec/type"),
        (group("a", spec={"children": None}), "/spec/children"),
        (group("a", spec={"children": ["/x"]}), "/spec/children/0"),
        (group("a", spec={"parent": ""}), "/spec/parent"),
        (group("a", title="\u200b"), "/metadata/title"),
        (group("a", annotations={"steward/members": "many"}), ""),
        (group("a", annotations={"steward/code": "no code"}), "/metadata/name"),
        (domain("a", spec={"owner": None}), "/spec/owner"),
        (domain("a", annotations={"steward/code": "no code"}), "/metadata/name"),
        (domain("a", annotations={"steward/owner": " "}), "/metadata/annotations/steward~1owner"),
        ({**domain("a"), "apiVersion": "v1"}, "/apiVersion"),
        (domain("a" * 60, namespace="labs"), "/metadata/name"),
    ],
)
async def test_what_breaks_a_rule_is_refused_where_it_stands_and_the_others_are_taken(
    strategy: ServiceUnderTest, wrong: Any, pointer: str
) -> None:
    result = await sent_json(strategy, wrong, group("good"), domain("good"))
    assert [it["outcome"] for it in result["entities"]] == ["refused", "created", "created"]
    assert pointer in [it["pointer"] for it in result["entities"][0]["errors"]]


async def test_a_name_of_somebody_else_is_refused_and_its_children_stay_without(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await sent_json(strategy, group("a", title="Alpha"))
    result = await sent_json(strategy, group("b", title="ALPHA"), group("c", spec={"parent": "b"}))
    assert said(result) == {"b": [("/metadata/title", "is the name of the customer with the code a")]}
    assert said(result, "left_out") == {"c": [("/spec/parent", "b was refused")]}


async def test_of_two_imports_at_once_the_second_finds_what_the_first_has_made(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    results = await asyncio.gather(*(sent(strategy, ORGANIZATION) for _ in range(2)))
    assert sorted((it["created"], it["unchanged"]) for it in results) == [(0, 5), (5, 0)]


@published
async def test_of_the_published_examples_groups_and_domains_are_taken_and_the_others_skipped(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    result = await sent(strategy, examples())
    assert {name for name, outcome in outcomes(result).items() if outcome == "created"} == {
        "artists",
        "acme-corp",
        "team-a",
    }
    assert (result["skipped"], result["refused"]) == (7, 0)
    assert said(result, "left_out") == {
        "acme-corp": [("/spec/children/0", "group:default/infrastructure is not known")],
        "team-a": [("/spec/parent", "group:default/backstage is not known")],
    }
    assert await tree(steps, "/customers") == {"acme-corp": ("acme-corp", None), "team-a": ("team-a", None)}
    assert await tree(steps, "/market-spaces") == {"artists": ("Artists", None)}
