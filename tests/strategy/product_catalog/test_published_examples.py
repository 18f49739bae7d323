"""The 51 example bodies of TM Forum's reference implementation: what comes in, what is refused, what goes out again."""

from collections import Counter
from typing import Any

from tests.strategy.conftest import Made, Steps
from tests.strategy.product_catalog.bodies import WITHOUT, examples, faults, imported, outcomes, published

pytestmark = WITHOUT


def is_untimely(body: Made) -> bool:
    """By the published definition: some time in it is none."""
    return any("is not a 'date-time'" in fault.message for fault in published(body["@type"]).iter_errors(body))


async def sent(steps: Steps) -> tuple[dict[str, Made], Made]:
    bodies = examples()
    assert len(bodies) == 51
    return bodies, await imported(steps, *bodies.values())


async def test_each_comes_in_but_for_those_whose_times_have_no_offset(steps: Steps) -> None:
    """Three of them say 2017-08-23T00:00. Of the rest, a catalog and a category make a market space, an offering a
    draft; a specification or a price counts for the offerings that name it."""
    bodies, result = await sent(steps)
    came = dict(zip(bodies, outcomes(result), strict=True))
    refused = {name for name, outcome in came.items() if outcome == "refused"}
    assert refused == {"productOffering", "productOfferingPrice", "productSpecification"}
    assert refused == {name for name, body in bodies.items() if is_untimely(body)}
    kinds = Counter((bodies[name]["@type"], outcome) for name, outcome in came.items() if outcome != "refused")
    assert kinds == {
        ("Catalog", "created"): 3,
        ("Category", "created"): 5,
        ("ProductOffering", "created"): 16,
        ("ProductSpecification", "kept"): 8,
        ("ProductOfferingPrice", "kept"): 16,
    }


async def test_the_invalid_one_is_told_where_and_why(steps: Steps) -> None:
    invalid = examples()["productOffering"]
    told = faults(await imported(steps, invalid))
    assert (
        "/validFor/startDateTime",
        "write a time with its offset from UTC, such as 2026-03-31T12:00:00Z or 2026-03-31T08:00:00-04:00",
    ) in told
    assert "/prodSpecCharValueUse/0/productSpecCharacteristicValue/1/validFor/endDateTime" in dict(told)


async def test_the_same_again_changes_nothing(steps: Steps) -> None:
    _, first = await sent(steps)
    before = await steps.get("/product-offerings"), await steps.service.announced()
    _, second = await sent(steps)
    assert Counter(outcomes(second)) == {"unchanged": 48, "refused": 3}
    assert (await steps.get("/product-offerings"), await steps.service.announced()) == before
    where = [one["href"] for one in first["resources"]]
    assert [one["href"] for one in second["resources"]] == where


async def test_what_comes_out_is_what_came_in_but_for_where_it_stands(steps: Steps) -> None:
    """Field by field, of all offerings and categories. They are Active there, and begin as drafts here."""
    bodies, _ = await sent(steps)
    for kind, path in (("ProductOffering", "/product-offerings"), ("Category", "/product-categories")):
        theirs = {
            body["name"]: body for name, body in bodies.items() if body["@type"] == kind and not is_untimely(body)
        }
        shown = {one["name"]: one for one in (await steps.get(path, as_said_by="bss"))["items"] if one["@type"] == kind}
        assert theirs.keys() <= shown.keys()
        for name, body in theirs.items():
            expected = {**body, **({"lifecycleStatus": "In study"} if kind == "ProductOffering" else {})}
            assert {field: shown[name].get(field) for field in expected} == expected, name
            published(kind).validate(shown[name])


async def test_they_are_drafts_in_the_market_spaces_of_their_categories(steps: Steps) -> None:
    await sent(steps)
    [gold] = (await steps.get("/offerings", code="business-mpls-network"))["items"]
    assert (gold["status"], gold["revision"]) == ("draft", 1)
    assert gold["utility"] == "Business-grade MPLS network with gold SLA"
    [space] = (await steps.get("/market-spaces", code="enterprise-networking"))["items"]
    assert gold["market_space_ids"] == [space["id"]]


async def test_a_price_that_names_its_offering_is_its_price(steps: Steps) -> None:
    """Two of the sixteen prices do; no offering names any. The others say only by their names what they are for."""
    bodies, _ = await sent(steps)
    priced = {one["code"]: one for one in (await steps.get("/offerings"))["items"] if one["price"]}
    assert priced.keys() == {"premium-fiber-backbone", "standard-virtual-server-infrastructure"}
    premium, said = priced["premium-fiber-backbone"], bodies["wholesale_fiber_premium_price"]
    assert float(premium["price"]["amount"]) == said["price"]["value"]
    assert premium["price"]["currency"] == said["price"]["unit"]
    assert (premium["price_basis"], premium["price_unit"]) == ("per_unit", "month")
    assert premium["pricing_note"] == said["description"]


async def test_each_says_what_has_no_effect(steps: Steps) -> None:
    bodies, result = await sent(steps)
    told: dict[str, Any] = dict(zip(bodies, result["resources"], strict=True))
    gold = told["enterprise_mpls_gold_offering"]
    assert gold["ignored"] == ["isSellable", "prodSpecCharValueUse", "statusReason", "validFor", "version"]
    assert gold["notes"][0].startswith("It is Active there and a draft here")
    assert "Service Level, Traffic Classes" in gold["notes"][1]
    assert told["enterprise_catalog"]["notes"] == []
    assert told["enterprise_networking_category"]["notes"] == ["It says no owner, so the one who imports it is."]


async def test_the_party_that_owns_a_catalog_owns_its_market_space(steps: Steps) -> None:
    await sent(steps)
    [space] = (await steps.get("/market-spaces", code="enterprise-solution-catalog"))["items"]
    assert (space["owner"], space["parent_id"]) == ("Enterprise Solutions Division", None)
