"""Customers go out as groups and market spaces as domains, and come back as they were."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.testing import ServiceUnderTest
from tests.backstage import documents, examples, hold_to_backstage, outcomes, published, sent, sent_json
from tests.databases import clean
from tests.strategy.backstage_entity.test_import import ORGANIZATION, domain, group, tree
from tests.strategy.conftest import Steps


async def extracted(strategy: ServiceUnderTest) -> str:
    answer = await strategy.client.get("/v1/backstage-extract")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/yaml")
    return answer.text


async def entities(strategy: ServiceUnderTest) -> dict[tuple[str, str], dict[str, Any]]:
    return {(it["kind"], it["metadata"]["name"]): it for it in documents(await extracted(strategy))}


async def known(steps: Steps) -> dict[str, Any]:
    """What both sides know."""
    spaces = (await steps.get("/market-spaces", limit=500))["items"]
    sizes = {
        it["customer_id"]: it["quantity"] for it in (await steps.get("/customer-sizes", measure="members"))["items"]
    }
    units = (await steps.get("/customers", kind="internal_unit", limit=500))["items"]
    return {
        "customers": await tree(steps, "/customers"),
        "members": {it["code"]: sizes.get(it["id"]) for it in units},
        "spaces": await tree(steps, "/market-spaces"),
        "said": {it["code"]: (it["description"], it["owner"]) for it in spaces},
    }


async def come_back(strategy: ServiceUnderTest, steps: Steps) -> None:
    before, text = await known(steps), await extracted(strategy)
    await clean(strategy.database.engine, "strategy")
    result = await sent(strategy, text)
    assert set(outcomes(result).values()) <= {"created"}, result
    assert [it["left_out"] for it in result["entities"] if it["left_out"]] == []
    assert await known(steps) == before
    assert await extracted(strategy) == text


async def test_a_unit_is_a_group_and_a_market_space_a_domain(strategy: ServiceUnderTest, steps: Steps) -> None:
    acme = await steps.customer("acme", name="Acme")
    team = await steps.customer("net/lan", name="Network", parent_id=acme["id"])
    await steps.customer("client", kind="external_organization", parent_id=acme["id"])
    await steps.put(f"/customers/{team['id']}/sizes/members/2026-01-01", {"quantity": "12"})
    digital = await steps.space("digital", name="Digital", description="Services on line", owner="Head of strategy")
    await steps.space("mobile", owner="team-a", parent_id=digital["id"])
    found = await entities(strategy)
    assert {key: (it["metadata"], it["spec"]) for key, it in found.items()} == {
        ("Domain", "digital"): (
            {
                "name": "digital",
                "title": "Digital",
                "description": "Services on line",
                "annotations": {"steward/owner": "Head of strategy"},
            },
            {"owner": "Head-of-strategy-3edb831f"},  # printf %s "Head of strategy" | sha256sum
        ),
        ("Domain", "mobile"): (
            {"name": "mobile", "title": "mobile"},
            {"owner": "team-a", "subdomainOf": "domain:default/digital"},
        ),
        ("Group", "acme"): (
            {"name": "acme", "title": "Acme"},
            {"type": "business-unit", "children": ["group:net/lan"]},
        ),
        ("Group", "lan"): (
            {"name": "lan", "namespace": "net", "title": "Network", "annotations": {"steward/members": "12"}},
            {"type": "business-unit", "parent": "group:default/acme", "children": []},
        ),
    }


async def test_what_backstage_said_goes_back_as_it_came(strategy: ServiceUnderTest, steps: Steps) -> None:
    team = group(
        "Team-A",
        namespace="labs",
        title="Team A",
        description="They build",
        labels={"tier": "1"},
        annotations={"example.org/x": "y"},
        tags=["c++"],
        links=[{"url": "https://example.org/a"}],
        spec={"type": "squad", "profile": {"displayName": "Team A", "email": "a@example.org"}},
    )
    audio = domain("Audio", title="Audio", labels={"a": "b"}, spec={"type": "bundle"})
    await sent_json(strategy, team, audio)
    assert list((await entities(strategy)).values()) == [audio, team]
    await come_back(strategy, steps)


async def test_names_that_are_none_there_or_stand_twice_come_back(strategy: ServiceUnderTest, steps: Steps) -> None:
    codes = ("a:b/c", "default/x", "x", "Mail", "mail", "Labs/y", "labs/y", "labs/", "c" * 64)
    for number, code in enumerate(codes):
        await steps.customer(code, name=f"Number {number}")
        await steps.space(code)
    hold = [(it["kind"], it["metadata"]["name"]) for it in documents(await extracted(strategy))]
    assert len(set(hold)) == 2 * len(codes)
    await come_back(strategy, steps)


async def test_external_organizations_and_merged_customers_stay_here(strategy: ServiceUnderTest, steps: Steps) -> None:
    client = await steps.customer("client", kind="external_organization")
    unit = await steps.customer("unit", parent_id=client["id"])
    old = await steps.customer("old")
    await steps.post(f"/customers/{old['id']}/merge", {"survivor_id": unit["id"]}, of=old)
    (found,) = (await entities(strategy)).values()
    assert (found["metadata"]["name"], "parent" in found["spec"]) == ("unit", False)


async def test_the_same_entities_come_as_pages_of_json(strategy: ServiceUnderTest, steps: Steps) -> None:
    await sent(strategy, ORGANIZATION)
    first = await steps.get("/backstage-entities", limit=3, include="total")
    rest = await steps.get("/backstage-entities", limit=3, include="total", cursor=first["next_cursor"])
    assert (first["total"], len(first["items"]), rest["next_cursor"]) == (5, 3, None)
    assert [*first["items"], *rest["items"]] == documents(await extracted(strategy))
    by_code = await steps.get("/backstage-entities", sort="-code")
    assert [it["metadata"]["name"] for it in by_code["items"]] == ["team-a", "division", "audio", "artists", "acme"]


async def test_an_organization_comes_back_as_it_was(strategy: ServiceUnderTest, steps: Steps) -> None:
    await sent(strategy, ORGANIZATION)
    await come_back(strategy, steps)


@published
async def test_the_published_examples_come_back_as_backstage_would_take_them(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await sent(strategy, examples())
    found = await entities(strategy)
    hold_to_backstage(found.values())
    originals = {(it["kind"], it["metadata"]["name"]): it for it in documents(examples())}
    for key in (("Group", "acme-corp"), ("Group", "team-a"), ("Domain", "artists")):
        back, original = found[key], originals[key]
        for field in ("description", "links"):
            assert back["metadata"].get(field) == original["metadata"].get(field)
        for field in ("type", "owner", "profile"):
            assert back["spec"].get(field) == original["spec"].get(field)
    assert len(found) == 3
    await come_back(strategy, steps)


codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,10}", fullmatch=True)
lines = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=30).map(str.strip).filter(bool)
)
units = st.lists(st.tuples(codes, st.integers(0, 5)), min_size=1, max_size=5, unique_by=lambda it: it[0])
spaces = st.lists(st.tuples(codes, lines, lines), min_size=1, max_size=4, unique_by=lambda it: it[0])


@published
async def test_whatever_is_given_out_fits_the_schemas_and_comes_back(strategy: ServiceUnderTest, steps: Steps) -> None:
    drawn: list[Any] = []

    @settings(max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(units, spaces)
    def draw(some_units: Any, some_spaces: Any) -> None:
        drawn.append((some_units, some_spaces))

    draw()
    for some_units, some_spaces in drawn:
        await clean(strategy.database.engine, "strategy")
        made: list[Any] = []
        for number, (code, under) in enumerate(some_units):
            parent = made[under % len(made)]["id"] if made else None
            made.append(await steps.customer(code, name=f"{code} {number}", parent_id=parent))
        for code, name, owner in some_spaces:
            await steps.space(code, name=name, owner=owner)
        hold_to_backstage(documents(await extracted(strategy)))
        await come_back(strategy, steps)
