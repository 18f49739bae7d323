"""Coverage over HTTP: where needs are not served, where several times, and what serves nobody."""

import asyncio
from typing import Any

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def classes(steps: Steps, **query: Any) -> dict[str, str]:
    items = (await steps.get("/coverages", limit=500, **query))["items"]
    return {item["subject_id"]: item["coverage_class"] for item in items}


async def changes(strategy: ServiceUnderTest, subject: str) -> list[tuple[str | None, str]]:
    facts = [fact.data for fact in await strategy.announced("strategy.coverage-changed.v1")]
    return [(fact["before"], fact["coverage_class"]) for fact in facts if fact["subject_id"] == subject]


async def withdrawn(steps: Steps, offering: Made) -> None:
    seen = await steps.get(f"/offerings/{offering['id']}")
    await steps.post(f"/offerings/{offering['id']}/withdrawal", {"reason": "Old"}, of=seen)


async def test_a_need_goes_through_its_classes_as_offerings_come_and_go(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail = await steps.service_known("mail")
    need = await steps.need(await steps.customer("a"), importance=8, satisfaction=3)
    one = await steps.launched("one", services=[mail], needs=[need])
    two = await steps.launched("two", services=[mail], needs=[need])
    for offering in (one, two):
        await withdrawn(steps, offering)
    assert await changes(strategy, need["id"]) == [
        (None, "white_space"),
        ("white_space", "served"),
        ("served", "overlap"),
        ("overlap", "served"),
        ("served", "white_space"),
    ]
    assert await changes(strategy, str(mail)) == [
        (None, "closed"),
        ("closed", "orphan"),
        ("orphan", "served"),
        ("served", "overlap"),
        ("overlap", "served"),
        ("served", "orphan"),
    ]
    weights = [
        fact.data["weight"]
        for fact in await strategy.announced("strategy.coverage-changed.v1")
        if fact.data["subject_id"] == need["id"]
    ]
    assert weights == [13, 0, 8, 0, 13]  # 8 + (8 − 3) while nobody serves it, 8 · (2 − 1) while two do


async def test_a_need_that_is_met_otherwise_or_dropped_is_closed(strategy: ServiceUnderTest, steps: Steps) -> None:
    need = await steps.need(await steps.customer("a"))
    met = await steps.post(f"/needs/{need['id']}/fulfilment", {"reason": "New process"}, of=need)
    reopened = await steps.post(f"/needs/{need['id']}/reopening", {"reason": "Not really"}, of=met)
    await steps.post(f"/needs/{need['id']}/withdrawal", {"reason": "Gone"}, of=reopened)
    assert [change[1] for change in await changes(strategy, need["id"])] == [
        "white_space",
        "closed",
        "white_space",
        "closed",
    ]
    assert await steps.listed("/white-spaces", "need_id") == []


async def test_a_retired_service_is_closed_and_leaves_white_space(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail, need = await steps.service_known("mail"), await steps.need(await steps.customer("a"))
    await steps.launched("one", services=[mail], needs=[need])
    await steps.service_retired(mail, "mail")
    assert await classes(steps) == {str(mail): "closed", need["id"]: "white_space"}
    assert await classes(steps, coverage_class="white_space", subject_kind="need") == {need["id"]: "white_space"}


async def test_two_launches_at_a_time_know_of_each_other(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail, customer = await steps.service_known("mail"), await steps.customer("a")
    approved = []
    for number in range(4):
        need = await steps.need(customer)
        approved.append(await steps.approved(await steps.drafted(f"o{number}", services=[mail], needs=[need])))
    await asyncio.gather(*(steps.post(f"/offerings/{each['id']}/launch", of=each) for each in approved))
    assert await changes(strategy, str(mail)) == [
        (None, "closed"),
        ("closed", "orphan"),
        ("orphan", "served"),
        ("served", "overlap"),
    ]


async def test_white_space_is_ranked_by_what_it_weighs(steps: Steps) -> None:
    mail, a, b = await steps.service_known("mail"), await steps.customer("a"), await steps.customer("b")
    for statement, customer, importance, satisfaction in (
        ("half met", a, 8, 6),  # 8 + 2 = 10
        ("unknown", a, 9, None),  # 9, its importance
        ("unmet", b, 7, 1),  # 7 + 6 = 13
    ):
        await steps.need(customer, statement=statement, importance=importance, satisfaction=satisfaction)
    served = await steps.need(a, statement="served", importance=10, satisfaction=1)
    await steps.launched("one", services=[mail], needs=[served])
    found = (await steps.get("/white-spaces"))["items"]
    assert [(it["rank"], it["statement"], it["weight"]) for it in found] == [
        (1, "unmet", 13),
        (2, "half met", 10),
        (3, "unknown", 9),
    ]
    assert await steps.listed("/white-spaces", "statement", customer_id=a["id"]) == ["half met", "unknown"]
    assert await steps.listed("/white-spaces", "statement", min_importance=8) == ["half met", "unknown"]
    first = await steps.get("/white-spaces", limit=2)
    assert [
        it["statement"] for it in (await steps.get("/white-spaces", limit=2, cursor=first["next_cursor"]))["items"]
    ] == ["unknown"]


async def test_the_white_space_of_a_segment_is_that_of_its_members(strategy: ServiceUnderTest, steps: Steps) -> None:
    space, a, b = await steps.space("federal"), await steps.customer("a"), await steps.customer("b")
    rule = {"below": [a["id"]]}
    said = {"code": "some", "name": "Some", "market_space_id": space["id"], "basis": "rule", "rule": rule}
    segment = await steps.post("/segments", said)
    await steps.need(a, statement="of a")
    await steps.need(b, statement="of b")
    assert await steps.listed("/white-spaces", "statement", segment_id=segment["id"]) == ["of a"]


async def test_overlaps_name_the_offerings_and_weigh_what_is_at_stake(steps: Steps) -> None:
    mail, chat, customer = (
        await steps.service_known("mail"),
        await steps.service_known("chat"),
        await steps.customer("a"),
    )
    one, two = await steps.need(customer, importance=6), await steps.need(customer, importance=9)
    await steps.launched("x", services=[mail], needs=[one, two])
    await steps.launched("y", services=[mail, chat], needs=[one])
    await steps.launched("z", services=[chat], needs=[one])
    found = (await steps.get("/overlaps"))["items"]
    assert [(it["rank"], it["subject_id"], it["offering_codes"], it["weight"]) for it in found] == [
        (1, str(mail), ["x", "y"], 15),  # of both needs together, each once
        (2, one["id"], ["x", "y", "z"], 12),  # 6 · (3 − 1)
        (3, str(chat), ["y", "z"], 6),
    ]
    assert await steps.listed("/overlaps", "subject_id", subject_kind="need") == [one["id"]]


async def test_orphans_are_services_nobody_offers_and_offerings_nobody_needs(steps: Steps) -> None:
    mail, chat, wiki = [await steps.service_known(code) for code in ("mail", "chat", "wiki")]
    await steps.service_known("planned", launched=False)
    need = await steps.need(await steps.customer("a"))
    offered = await steps.launched("offered", services=[mail, wiki], needs=[need])
    await steps.post("/demand-patterns", {"code": "d", "name": "D", "unit": "calls", "service_id": str(chat)})
    await steps.drafted("empty", services=[mail], needs=[])
    assert await steps.listed("/orphans", "code") == ["chat", "empty"]
    assert [(it["kind"], it["code"], it["weight"]) for it in (await steps.get("/orphans"))["items"]] == [
        ("service", "chat", 2),
        ("offering", "empty", 1),
    ]
    met = await steps.get(f"/needs/{need['id']}")
    reopened = await steps.post(f"/needs/{need['id']}/reopening", {"reason": "No"}, of=met)
    await steps.post(f"/needs/{need['id']}/withdrawal", {"reason": "Gone"}, of=reopened)
    assert await steps.listed("/orphans", "id", kind="offering") == [
        offered["id"],
        *[it["id"] for it in (await steps.get("/offerings", code="empty"))["items"]],
    ]


async def test_the_matrix_shows_each_need_offering_and_service_once(steps: Steps) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    customer = await steps.customer("a")
    one, bare = await steps.need(customer, importance=6), await steps.need(customer, importance=9)
    await steps.launched("part", services=[chat], needs=[one])
    bundle = await steps.approved(await steps.drafted("bundle", services=[mail], needs=[one], bundle_codes=["part"]))
    await steps.post(f"/offerings/{bundle['id']}/launch", of=bundle)
    await steps.drafted("draft", services=[mail], needs=[bare])
    cells = (await steps.get("/coverage-matrix"))["items"]
    assert {(it["need_id"], it["offering_code"], it["service_code"], it["weight"]) for it in cells} == {
        (one["id"], "part", "chat", 6),
        (one["id"], "bundle", "mail", 6),
        (one["id"], "bundle", "chat", 6),
        (bare["id"], None, None, 9),
    }
    assert len(cells) == 4
    seen, cursor = [], None
    while True:
        page = await steps.get("/coverage-matrix", limit=1, sort="-weight", **({"cursor": cursor} if cursor else {}))
        seen += [(it["need_id"], it["offering_code"], it["service_code"]) for it in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (len(seen), len(set(seen)), seen[0][0]) == (4, 4, bare["id"])
    assert await steps.listed("/coverage-matrix", "offering_code", service_id=mail) == ["bundle"]
    assert await steps.listed("/coverage-matrix", "need_id", min_importance=7) == [bare["id"]]


async def test_a_recount_announces_only_what_nobody_has_heard_of(strategy: ServiceUnderTest, steps: Steps) -> None:
    await steps.service_known("mail")
    await steps.need(await steps.customer("a"))
    before = len(await strategy.announced("strategy.coverage-changed.v1"))
    assert await steps.post("/coverages/recount") == {"judged": 2}
    assert len(await strategy.announced("strategy.coverage-changed.v1")) == before
