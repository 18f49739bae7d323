"""Offerings and market spaces as an integrator of TMF620 sees them."""

from tests.databases import clean
from tests.strategy.conftest import Made, Steps
from tests.strategy.product_catalog.bodies import FOLDER, imported, outcomes, published


async def an_offering(steps: Steps) -> Made:
    """Launched, for a segment, with a warranty, an option and a price."""
    space = await steps.space("federal")
    rule = {"kinds": ["internal_unit"]}
    segment = await steps.post(
        "/segments",
        {"code": "units", "name": "Units", "market_space_id": space["id"], "basis": "rule", "rule": rule},
    )
    need = {"statement": "Answers within a day", "asked_by": "Head", "importance": 8, "segment_id": segment["id"]}
    seat = await steps.drafted(
        "seat",
        services=[await steps.service_known("mail")],
        needs=[await steps.post("/needs", need)],
        market_space_ids=[space["id"]],
        warranty={"availability": "In office hours"},
        price={"amount": "85.00", "currency": "CAD"},
        price_basis="per_unit",
        price_unit="seat and month",
        options=[{"code": "big", "name": "Big", "price": {"amount": "5", "currency": "CAD"}}],
    )
    approved = await steps.approved(seat)
    return await steps.post(f"/offerings/{approved['id']}/launch", of=approved)


async def test_an_offering_is_shown_in_the_words_of_the_standard(steps: Steps) -> None:
    seat = await an_offering(steps)
    [shown] = (await steps.get("/product-offerings"))["items"]
    assert shown == await steps.get(f"/product-offerings/{seat['id']}")
    assert (shown["id"], shown["version"], shown["lifecycleStatus"]) == ("seat", "1", "Launched")
    assert shown["href"] == f"/strategy/v1/product-offerings/{seat['id']}"
    assert shown["validFor"] == {"startDateTime": f"{seat['launched_on']}T00:00:00Z"}
    assert [one["id"] for one in shown["category"]] == ["federal"]
    assert [one["id"] for one in shown["marketSegment"]] == ["units"]
    assert shown["serviceLevelAgreement"]["href"] == f"/strategy/v1/offerings/{seat['id']}"
    base, option = shown["productOfferingPrice"]
    assert base["price"] == {"dutyFreeAmount": {"unit": "CAD", "value": 85}}
    assert (base["recurringChargePeriod"], base["unitOfMeasure"]["units"]) == ("month", "seat")
    assert (option["price"]["dutyFreeAmount"]["value"], option["prodSpecCharValueUse"][0]["id"]) == (5, "big")


async def test_its_specification_says_what_it_is_made_of(steps: Steps) -> None:
    seat = await an_offering(steps)
    [offering] = (await steps.get("/product-offerings"))["items"]
    [shown] = (await steps.get("/product-specifications", code="seat"))["items"]
    assert offering["productSpecification"]["href"] == shown["href"]
    assert shown == await steps.get(f"/product-specifications/{seat['id']}")
    [service] = shown["serviceSpecification"]
    assert service == {
        "id": "mail",
        "name": "mail",
        "href": f"/portfolio/v1/service-specifications/{seat['service_ids'][0]}",
    }
    assert [one["id"] for one in shown["productSpecCharacteristic"]] == ["big"]


async def test_each_offering_is_shown_once_as_it_stands(steps: Steps) -> None:
    """The launched revision stands for it while the next one is in work; who asks for drafts gets that."""
    seat = await an_offering(steps)
    draft = await steps.post(f"/offerings/{seat['id']}/revisions", of=seat)
    assert await steps.listed("/product-offerings", "version") == ["1"]
    [shown] = (await steps.get("/product-offerings", status="draft"))["items"]
    assert (shown["version"], shown["lifecycleStatus"]) == ("2", "In study")
    assert (await steps.get(f"/product-offerings/{draft['id']}"))["version"] == "2"


async def test_a_part_of_a_bundle_is_named_as_it_stands(steps: Steps) -> None:
    seat = await an_offering(steps)
    await steps.drafted("suite", services=[], needs=[], bundle_codes=["seat"])
    [shown] = (await steps.get("/product-offerings", code="suite"))["items"]
    assert shown["isBundle"] is True
    [part] = shown["bundledProductOffering"]
    link = f"/strategy/v1/product-offerings/{seat['id']}"
    assert part == {"id": "seat", "href": link, "name": "seat", "lifecycleStatus": "Launched"}


async def test_a_market_space_is_a_category_of_the_tree(steps: Steps) -> None:
    top = await steps.space("all")
    below = await steps.space("federal", parent_id=top["id"])
    root, leaf = (await steps.get("/product-categories"))["items"]
    assert (root["isRoot"], [one["id"] for one in root["subCategory"]]) == (True, ["federal"])
    assert (leaf["isRoot"], leaf["parentId"], leaf["subCategory"]) == (False, "all", [])
    assert leaf == await steps.get(f"/product-categories/{below['id']}")


async def test_all_that_is_shown_comes_in_elsewhere_as_it_was(steps: Steps) -> None:
    """Into an organization that knows nothing but the service: the same again from there."""
    await an_offering(steps)
    await steps.drafted("suite", services=[], needs=[], bundle_codes=["seat"])
    sent, there = await shown(steps), {"code": "mail", "launched": True}
    await strategy_forgets(steps)
    await steps.service_known(**there)  # type: ignore[arg-type]
    result = await imported(steps, *[one for page in sent.values() for one in page])
    assert set(outcomes(result)) == {"created", "kept"}
    again = await shown(steps)
    reached = ("id", "name", "description", "isBundle", "category", "productOfferingPrice", "productSpecCharacteristic")
    for path, page in sent.items():
        expected = [{field: known(one.get(field)) for field in reached} for one in page]
        assert [{field: known(one.get(field)) for field in reached} for one in again[path]] == expected
    parts = [[part["id"] for part in one["bundledProductOffering"]] for one in again["/product-offerings"]]
    assert parts == [[], ["seat"]]
    services = [[part["id"] for part in one["serviceSpecification"]] for one in again["/product-specifications"]]
    assert services == [["mail"], []]


async def shown(steps: Steps) -> dict[str, list[Made]]:
    paths = {"Category": "categories", "ProductSpecification": "specifications", "ProductOffering": "offerings"}
    pages = {}
    for kind, noun in paths.items():
        pages[f"/product-{noun}"] = (await steps.get(f"/product-{noun}"))["items"]
        for body in pages[f"/product-{noun}"]:
            assert body["@type"] == kind
            if FOLDER:
                published(kind).validate(body)
    return pages


def known(value: object) -> object:
    """References by their ids: links lead to other rows elsewhere."""
    if isinstance(value, list):
        return [known(one) for one in value]
    return {name: one for name, one in value.items() if name != "href"} if isinstance(value, dict) else value


async def strategy_forgets(steps: Steps) -> None:
    await clean(steps.service.database.engine, "strategy")
