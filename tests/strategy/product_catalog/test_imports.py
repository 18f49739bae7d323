"""Product offerings of other systems become drafts by the rules of offerings, and never more than that."""

import asyncio
from typing import Any

import pytest

from tests.strategy.conftest import Made, Steps
from tests.strategy.product_catalog.bodies import category, faults, imported, offering, outcomes, price, specification

MONTHLY = {
    "priceType": "recurring",
    "recurringChargePeriodType": "monthly",
    "price": {"unit": "CAD", "value": 12.5},
    "description": "Paid in advance.",
}


async def drawn(steps: Steps, code: str, **query: Any) -> list[Made]:
    found: list[Made] = (await steps.get("/offerings", code=code, **query))["items"]
    return sorted(found, key=lambda one: int(one["revision"]))


async def launched(steps: Steps, id: str = "SEAT") -> Made:
    """A draft that came in, and went its way here."""
    service = await steps.service_known("mail")
    need = await steps.need(await steps.customer("unit"))
    await imported(steps, offering(id, description="Works"))
    [draft] = await drawn(steps, id)
    content = {"name": draft["name"], "utility": "Works", "service_ids": [str(service)], "need_ids": [need["id"]]}
    approved = await steps.approved(await steps.put(f"/offerings/{draft['id']}", content, of=draft))
    return await steps.post(f"/offerings/{approved['id']}/launch", of=approved)


async def test_what_is_named_may_come_after_what_names_it(steps: Steps) -> None:
    mail = await steps.service_known("mail")
    result = await imported(
        steps,
        offering("SUITE", bundledProductOffering=[{"id": "SEAT"}], isBundle=True),
        offering(
            "SEAT",
            category=[{"id": "WORK"}],
            productSpecification={"id": "SPEC"},
            productOfferingPrice=[{"id": "MONTHLY"}],
        ),
        price("MONTHLY", **MONTHLY),
        specification("SPEC", serviceSpecification=[{"id": "mail", "name": "mail"}]),
        category("WORK", parentId="ALL"),
        category("ALL", isRoot=True),
    )
    assert outcomes(result) == ["created", "created", "kept", "kept", "created", "created"]
    [seat], [suite] = await drawn(steps, "SEAT"), await drawn(steps, "SUITE")
    spaces = {one["code"]: one for one in (await steps.get("/market-spaces"))["items"]}
    assert spaces["WORK"]["parent_id"] == spaces["ALL"]["id"]
    assert seat["market_space_ids"] == [spaces["WORK"]["id"]]
    assert seat["service_ids"] == [str(mail)]
    assert seat["price"] == {"amount": "12.5", "currency": "CAD"}
    assert (seat["price_unit"], seat["pricing_note"]) == ("month", "Paid in advance.")
    assert suite["bundle_codes"] == ["SEAT"]


async def test_a_part_that_comes_later_completes_the_draft(steps: Steps) -> None:
    first = await imported(steps, offering("SEAT", productOfferingPrice=[{"id": "MONTHLY"}]))
    assert first["resources"][0]["notes"] == ["The price MONTHLY has not come from this source."]
    second = await imported(steps, price("MONTHLY", **MONTHLY))
    assert [(one["position"], one["id"], one["outcome"]) for one in second["resources"]] == [
        (0, "MONTHLY", "kept"),
        (None, "SEAT", "changed"),
    ]
    [seat] = await drawn(steps, "SEAT")
    assert seat["price"] == {"amount": "12.5", "currency": "CAD"}


async def test_boolean_characteristics_of_the_specification_are_options(steps: Steps) -> None:
    def choice(id: str, other: str) -> Made:
        relation = {"name": other.title(), "relationshipType": "exclusivity"}
        said = {"id": id, "name": id.title(), "valueType": "boolean", "configurable": True}
        return {**said, "productSpecCharRelationship": [relation]}

    ports = {"name": "Ports", "valueType": "number", "productSpecCharacteristicValue": [{"value": 8}, {"value": 16}]}
    extra = price("GOLD", price={"unit": "CAD", "value": 3}, prodSpecCharValueUse=[{"id": "gold", "name": "Gold"}])
    result = await imported(
        steps,
        specification("SPEC", productSpecCharacteristic=[choice("gold", "iron"), choice("iron", "gold"), ports]),
        offering("SEAT", productSpecification={"id": "SPEC"}, productOfferingPrice=[{"id": "GOLD"}]),
        extra,
    )
    assert result["resources"][1]["notes"] == ["Characteristics with values of their own are no options: Ports."]
    [seat] = await drawn(steps, "SEAT")
    gold, iron = seat["options"]
    assert (gold["code"], gold["excludes"], gold["price"]) == ("gold", ["iron"], {"amount": "3", "currency": "CAD"})
    assert (iron["code"], iron["excludes"], iron["price"]) == ("iron", ["gold"], None)
    assert seat["price"] is None


async def test_what_is_launched_stays_and_its_next_revision_is_drafted(steps: Steps) -> None:
    seat = await launched(steps)
    result = await imported(steps, offering("SEAT", description="Works better", lifecycleStatus="Active"))
    assert outcomes(result) == ["changed"]
    first, second = await drawn(steps, "SEAT")
    assert (first["id"], first["status"], first["utility"]) == (seat["id"], "launched", "Works")
    assert (second["status"], second["utility"]) == ("draft", "Works better")
    assert second["need_ids"] == first["need_ids"]  # what a source does not speak of goes along
    again = await imported(steps, offering("SEAT", description="Works best"))
    assert outcomes(again) == ["changed"]
    assert [one["utility"] for one in await drawn(steps, "SEAT")] == ["Works", "Works best"]


async def test_what_is_proposed_is_not_changed_behind_the_back_of_its_approver(steps: Steps) -> None:
    await launched(steps)
    await imported(steps, offering("SEAT", description="Works better"))
    [_, draft] = await drawn(steps, "SEAT")
    await steps.post(f"/offerings/{draft['id']}/proposal", of=draft)
    result = await imported(steps, offering("SEAT", description="Works best"))
    assert faults(result) == [("", "SEAT is proposed; return it to draft, or draft another revision.")]
    assert (await drawn(steps, "SEAT"))[1]["utility"] == "Works better"
    # Nothing of it was kept either: once it is a draft again, the same body is something new.
    proposed = await steps.get(f"/offerings/{draft['id']}")
    await steps.post(f"/offerings/{draft['id']}/return", of=proposed)
    assert outcomes(await imported(steps, offering("SEAT", description="Works best"))) == ["changed"]


async def test_what_was_changed_here_stays_until_the_source_says_something_new_of_it(steps: Steps) -> None:
    body = offering("SEAT", description="Works")
    await imported(steps, body)
    [draft] = await drawn(steps, "SEAT")
    await steps.put(f"/offerings/{draft['id']}", {"name": "Our seat", "utility": "Works"}, of=draft)
    assert outcomes(await imported(steps, body)) == ["unchanged"]
    assert outcomes(await imported(steps, {**body, "description": "Better"})) == ["changed"]
    [seat] = await drawn(steps, "SEAT")
    assert (seat["name"], seat["utility"]) == ("Our seat", "Better")
    [shown] = (await steps.get("/product-offerings", as_said_by="bss"))["items"]
    assert (shown["name"], shown["description"]) == ("Our seat", "Better")


async def test_what_only_its_source_knows_is_kept_for_it_and_has_no_effect(steps: Steps) -> None:
    await imported(steps, offering("SEAT", channel=[{"id": "4406", "name": "Online"}]))
    before = await drawn(steps, "SEAT")
    body = offering("SEAT", channel=[{"id": "1", "name": "Shop"}], version="2.1")
    result = await imported(steps, body)
    assert outcomes(result) == ["kept"]
    assert result["resources"][0]["ignored"] == ["channel", "version"]
    assert await drawn(steps, "SEAT") == before
    [told] = (await steps.get("/product-offerings", as_said_by="bss"))["items"]
    [ours] = (await steps.get("/product-offerings"))["items"]
    assert (told["channel"], told["version"]) == (body["channel"], "2.1")
    assert "channel" not in ours
    assert ours["version"] == "1"


async def test_ids_of_two_sources_are_two_things(steps: Steps) -> None:
    await imported(steps, offering("1", description="Mail"))
    await imported(steps, offering("1", description="Voice"), source="crm")
    assert {one["code"]: one["utility"] for one in (await steps.get("/offerings"))["items"]} == {
        "1": "Mail",
        "1-2": "Voice",
    }


async def test_of_two_who_send_the_same_at_one_moment_one_creates_it(steps: Steps) -> None:
    body = [offering("SEAT"), category("WORK")]
    results = await asyncio.gather(*(imported(steps, *body) for _ in range(4)))
    assert sorted(outcomes(result) for result in results) == [["created"] * 2, *[["unchanged"] * 2] * 3]
    assert await steps.listed("/offerings", "code") == ["SEAT"]


async def test_a_link_of_ours_leads_to_our_offering(steps: Steps) -> None:
    """What another system got from here, it may change and send back."""
    draft = await steps.drafted("seat", services=[], needs=[])
    [shown] = (await steps.get("/product-offerings", code="seat"))["items"]
    link = f"https://steward.example{shown['href']}"
    result = await imported(steps, {**shown, "id": "B-77", "href": link, "description": "Said elsewhere"})
    assert outcomes(result) == ["changed"]
    [seat] = await drawn(steps, "seat")
    assert (seat["id"], seat["utility"]) == (draft["id"], "Said elsewhere")


async def test_a_catalog_gathers_the_categories_that_lie_in_nothing(steps: Steps) -> None:
    catalog = {"@type": "Catalog", "id": "CAT", "name": "All", "category": [{"id": "A"}, {"id": "B"}]}
    sent = [catalog, category("A"), category("B", parentId="A")]
    assert outcomes(await imported(steps, *sent)) == ["created", "created", "created"]
    spaces = {one["code"]: one for one in (await steps.get("/market-spaces"))["items"]}
    assert spaces["A"]["parent_id"] == spaces["CAT"]["id"]
    assert spaces["B"]["parent_id"] == spaces["A"]["id"]
    assert outcomes(await imported(steps, *sent)) == ["unchanged", "unchanged", "unchanged"]


async def test_a_category_moves_when_its_source_moves_it_and_in_no_circle(steps: Steps) -> None:
    await imported(steps, category("A", isRoot=True), category("B", parentId="A"), category("C", isRoot=True))
    assert outcomes(await imported(steps, category("B", parentId="C"))) == ["changed"]
    spaces = {one["code"]: one for one in (await steps.get("/market-spaces"))["items"]}
    assert spaces["B"]["parent_id"] == spaces["C"]["id"]
    assert faults(await imported(steps, category("C", parentId="B"))) == [("", "C cannot move below itself.")]


LOOP = [offering(id, bundledProductOffering=[{"id": other}]) for id, other in (("A", "B"), ("B", "A"))]


async def test_no_bundles_come_in_that_contain_themselves(steps: Steps) -> None:
    result = await imported(steps, *LOOP, offering("C", bundledProductOffering=[{"id": "C"}]), offering("D"))
    assert outcomes(result) == ["refused", "refused", "refused", "created"]
    assert {pointer for pointer, _ in faults(result)} == {"/bundledProductOffering/0"}
    await imported(steps, offering("B"), offering("A", bundledProductOffering=[{"id": "B"}]))
    assert faults(await imported(steps, LOOP[1])) == [("/bundledProductOffering", "B would be a part of itself")]


async def test_a_loop_through_what_is_here_already_is_seen(steps: Steps) -> None:
    """A contains B and B contains C, all from before; now C is to contain A."""
    await imported(
        steps,
        offering("C"),
        offering("B", bundledProductOffering=[{"id": "C"}]),
        offering("A", bundledProductOffering=[{"id": "B"}]),
    )
    result = await imported(steps, offering("C", bundledProductOffering=[{"id": "A"}]))
    assert faults(result) == [("/bundledProductOffering", "C would be a part of itself")]


TIMES = {"startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2026-02-01T00:00:00Z"}
LOCAL = "write a time with its offset from UTC, such as 2026-03-31T12:00:00Z or 2026-03-31T08:00:00-04:00"
PLAIN = "markup and links that run are not taken; send plain text"
WORDS = "lifecycleStatus is one of: In study, In design, In test, Active, Launched, Retired, Obsolete, Rejected"
TYPES = "@type is one of: Catalog, Category, ProductSpecification, ProductOfferingPrice, ProductOffering"

WRONG: list[tuple[Made, str, str]] = [
    ({"@type": "ProductOffering", "id": "A"}, "/name", "Field required"),
    ({"id": "A", "name": "A"}, "/@type", TYPES),
    ({"@type": "Individual", "name": "A"}, "/@type", TYPES),
    (offering("A", isBundle="yes"), "/isBundle", "Input should be a valid boolean"),
    (offering("A", category={"id": "1"}), "/category", "Input should be a valid list"),
    (offering("A", validFor=TIMES), "/validFor", "endDateTime is not after startDateTime"),
    (offering("A", productOfferingTerm=[{"validFor": TIMES}]), "/productOfferingTerm/0/validFor",
     "endDateTime is not after startDateTime"),
    (offering("A", validFor={"startDateTime": "2026-03-01T00:00"}), "/validFor/startDateTime", LOCAL),
    (offering("A", lifecycleStatus="Sleeping"), "/lifecycleStatus", WORDS),
    (offering("A", lifecycleStatus="Retired"), "/lifecycleStatus",
     "it is Retired: what has ended is not drafted; withdraw it here by its own step"),
    (offering("A", description="<script>alert(1)</script>"), "/description", PLAIN),
    (offering("A", attachment=[{"url": "JavaScript:alert(1)"}]), "/attachment/0/url", PLAIN),
    (offering("A", **{"<b>": 1}), "/<b>", PLAIN),
    (offering("A", description="a\x00b"), "/description", "a NUL character cannot be stored"),
    (offering("A", x=1e15), "/x", "a number of more than 15 digits is not taken"),
    (offering("A", description="x" * 10_001), "/description", "String should have at most 10000 characters"),
    (offering("A", x=["y" * 9_000] * 8), "", "a resource has at most 65536 bytes"),
    (offering("A", bundledProductOffering=[{"id": "Z"}]), "/bundledProductOffering/0",
     "no offering Z of this source is known, or it bundles this one in turn"),
    (category("A", parentId="Z"), "/parentId", "no category Z of this source is known"),
    (price("A", price={"dutyFreeAmount": {"unit": "QQQ", "value": 1}}), "/price/dutyFreeAmount/unit", ""),
    (price("A", price={"unit": "CAD", "value": "12"}), "/price/value", "Input should be a valid integer"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "pointer", "message"), WRONG)
async def test_what_is_wrong_is_refused_where_it_is_wrong_and_stops_nothing_else(
    steps: Steps, body: Made, pointer: str, message: str
) -> None:
    result = await imported(steps, body, offering("RIGHT"))
    assert outcomes(result) == ["refused", "created"]
    assert result["refused"] == 1
    at, why = faults(result)[0]
    assert (at, why.startswith(message)) == (pointer, True), why
    assert await steps.listed("/offerings", "code") == ["RIGHT"]


async def test_depth_is_bounded(steps: Steps) -> None:
    deep: Any = "bottom"
    for _ in range(25):
        deep = {"x": deep}
    [(pointer, message)] = faults(await imported(steps, offering("A", x=deep)))
    assert (pointer, message) == ("/x" * 21, "it is nested more than 20 deep")


async def test_one_resource_is_sent_once_at_a_time(steps: Steps) -> None:
    result = await imported(steps, offering("A"), offering("A", description="Other"))
    assert faults(result) == [("/id", "it came already, at position 0")]


async def test_no_more_than_500_at_a_time(steps: Steps) -> None:
    body = {"source": "bss", "resources": [category(str(number)) for number in range(501)]}
    answer = await steps.service.client.post("/v1/product-offering-imports", json=body)
    assert answer.status_code == 422


async def test_a_service_that_is_retired_or_unknown_is_named_not_taken(steps: Steps) -> None:
    gone = await steps.service_known("old")
    await steps.service_retired(gone, "old")
    await steps.service_known("mail")
    services = [{"id": "old"}, {"id": "22", "name": "Firewall"}, {"id": "mail", "name": "Another mail"}]
    result = await imported(
        steps,
        specification("SPEC", serviceSpecification=services),
        offering("A", productSpecification={"id": "SPEC"}),
    )
    notes = result["resources"][1]["notes"]
    assert notes == ["Not known here, so not taken as service: old, Firewall, Another mail."]
    [one] = await drawn(steps, "A")
    assert one["service_ids"] == []
