"""Offerings over HTTP: drafted, launched, revised, withdrawn, and what that means for needs."""

import asyncio
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

OFFERING: dict[str, Any] = {"code": "workplace", "name": "Workplace", "utility": "Ready on the first day"}


async def state(steps: Steps, need: Made) -> str:
    return str((await steps.get(f"/needs/{need['id']}"))["state"])


async def test_a_draft_shows_what_is_promised_at_which_price(steps: Steps) -> None:
    space, price = await steps.space("federal"), {"amount": "85.00", "currency": "CAD"}
    asked = {**OFFERING, "price": price, "warranty": {"security": "Protected B"}, "market_space_ids": [space["id"]]}
    made = await steps.post("/offerings", asked)
    assert made["price"] == price
    assert made["warranty"] == {"availability": "", "capacity": "", "continuity": "", "security": "Protected B"}
    assert (made["status"], made["revision"]) == ("draft", 1)
    assert await steps.get(f"/offerings/{made['id']}") == made


async def test_a_draft_can_be_changed_with_its_version(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await steps.post("/offerings", {**OFFERING, "price": {"amount": "1", "currency": "CAD"}})
    body = {"name": "Desk", "utility": "A desk", "pricing_note": "By agreement"}
    path = f"/v1/offerings/{made['id']}"
    assert (await strategy.client.put(path, json=body)).status_code == 428
    changed = (await strategy.client.put(path, json=body, headers={"If-Match": '"1"'})).json()
    assert (changed["name"], changed["price"], changed["pricing_note"]) == ("Desk", None, "By agreement")


async def test_a_launch_is_announced_and_meets_the_needs(strategy: ServiceUnderTest, steps: Steps) -> None:
    service = await steps.service_known("mail")
    need = await steps.need(await steps.customer("A"))
    launched = await steps.launched("workplace", services=[service], needs=[need])
    assert (launched["status"], launched["launched_on"]) == ("launched", "2026-01-15")
    [fact] = await strategy.announced("strategy.offering-launched.v1")
    assert fact.data == {
        "offering_id": launched["id"],
        "code": "workplace",
        "name": "workplace",
        "service_ids": [str(service)],
        "need_ids": [need["id"]],
        "bundle_codes": [],
        "launched_on": "2026-01-15",
    }
    assert await state(steps, need) == "met"
    assert await steps.listed("/needs", "id", served="true") == [need["id"]]


async def test_a_launch_that_is_blocked_says_by_what_and_changes_nothing(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    service = await steps.service_known("mail", launched=False)
    need = await steps.need(await steps.customer("A"))
    approved = await steps.approved(await steps.drafted("workplace", services=[service], needs=[need]))
    path, headers = f"/v1/offerings/{approved['id']}/launch", {"If-Match": f'"{approved["version"]}"'}
    refused = await strategy.client.post(path, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.offering.blocked")
    assert refused.json()["blockers"] == [
        {
            "kind": "service-not-operational",
            "sentence": "The service mail is chartered, not operational.",
            "link": "/v1/known-services?code=mail",
        }
    ]
    assert await state(steps, need) == "open"
    assert await strategy.announced("strategy.offering-launched.v1") == []


async def test_a_launched_revision_supersedes_the_one_before(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    customer = await steps.customer("A")
    kept, left, gained = [await steps.need(customer) for _ in range(3)]
    first = await steps.launched("workplace", services=[mail], needs=[kept, left])
    draft = await steps.post(f"/offerings/{first['id']}/revisions", of=first)
    assert (draft["revision"], draft["status"], draft["service_ids"]) == (2, "draft", [str(mail)])
    content = {"service_ids": [str(chat)], "need_ids": [kept["id"], gained["id"]], "name": "New", "utility": "More"}
    reshaped = await strategy.client.put(f"/v1/offerings/{draft['id']}", json=content, headers={"If-Match": '"1"'})
    assert (await steps.get(f"/offerings/{first['id']}"))["status"] == "launched"
    approved = await steps.approved(reshaped.json())
    await steps.post(f"/offerings/{approved['id']}/launch", of=approved)
    before = await steps.get(f"/offerings/{first['id']}")
    assert (before["status"], before["withdrawal_reason"]) == ("superseded", "Superseded by revision 2.")
    assert await steps.listed("/offerings", "id", code="workplace", status="launched") == [approved["id"]]
    assert [await state(steps, need) for need in (kept, left, gained)] == ["met", "reopened", "met"]
    [fact] = await strategy.announced("strategy.offering-withdrawn.v1")
    assert (fact.subject, fact.data["service_ids"]) == (first["id"], [str(mail)])


async def test_of_two_revisions_drafted_at_a_time_one_is_refused(strategy: ServiceUnderTest, steps: Steps) -> None:
    need = await steps.need(await steps.customer("A"))
    first = await steps.launched("workplace", services=[await steps.service_known("mail")], needs=[need])
    headers = {"If-Match": f'"{first["version"]}"'}
    path = f"/v1/offerings/{first['id']}/revisions"
    answers = await asyncio.gather(*(strategy.client.post(path, headers=headers) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    later = await strategy.client.post(path, headers=headers)
    assert later.json()["code"] == "strategy.offering.revision-in-work"


async def test_a_code_is_given_once(strategy: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*(strategy.client.post("/v1/offerings", json=OFFERING) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_need_reopens_when_the_last_offering_that_serves_it_is_withdrawn(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    service, need = await steps.service_known("mail"), await steps.need(await steps.customer("A"))
    one = await steps.launched("one", services=[service], needs=[need])
    two = await steps.launched("two", services=[service], needs=[need])
    await steps.post(f"/offerings/{one['id']}/withdrawal", {"reason": "Too dear"}, of=one)
    assert await state(steps, need) == "met"
    withdrawn = await steps.post(f"/offerings/{two['id']}/withdrawal", {"reason": "Too slow"}, of=two)
    assert (withdrawn["status"], withdrawn["withdrawn_on"]) == ("withdrawn", "2026-01-15")
    assert await state(steps, need) == "reopened"
    [fact] = await strategy.announced("strategy.need-reopened.v1")
    assert fact.data == {"need_id": need["id"], "reason": "Too slow"}


async def test_a_launch_beside_a_withdrawal_leaves_the_need_met(strategy: ServiceUnderTest, steps: Steps) -> None:
    service, need = await steps.service_known("mail"), await steps.need(await steps.customer("A"))
    one = await steps.launched("one", services=[service], needs=[need])
    two = await steps.approved(await steps.drafted("two", services=[service], needs=[need]))
    await asyncio.gather(
        steps.post(f"/offerings/{one['id']}/withdrawal", {"reason": "Old"}, of=one),
        steps.post(f"/offerings/{two['id']}/launch", of=two),
    )
    assert await state(steps, need) == "met"


async def test_a_dropped_need_stays_dropped(steps: Steps) -> None:
    service, need = await steps.service_known("mail"), await steps.need(await steps.customer("A"))
    dropped = await steps.post(f"/needs/{need['id']}/withdrawal", {"reason": "Gone"}, of=need)
    one = await steps.launched("one", services=[service], needs=[dropped])
    await steps.post(f"/offerings/{one['id']}/withdrawal", {"reason": "Old"}, of=one)
    assert await state(steps, need) == "dropped"


async def test_a_proposal_can_be_returned(steps: Steps) -> None:
    service, need = await steps.service_known("mail"), await steps.need(await steps.customer("A"))
    approved = await steps.approved(await steps.drafted("one", services=[service], needs=[need]))
    assert (await steps.post(f"/offerings/{approved['id']}/return", of=approved))["status"] == "draft"


async def test_offerings_are_found_by_what_they_are_made_of(steps: Steps) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    space, need = await steps.space("federal"), await steps.need(await steps.customer("A"))
    await steps.launched("one", services=[mail], needs=[need])
    await steps.drafted("two", services=[mail, chat], needs=[], market_space_ids=[space["id"]])
    assert await steps.listed("/offerings", "code", service_id=mail) == ["one", "two"]
    assert await steps.listed("/offerings", "code", service_id=chat) == ["two"]
    assert await steps.listed("/offerings", "code", need_id=need["id"]) == ["one"]
    assert await steps.listed("/offerings", "code", market_space_id=space["id"]) == ["two"]
    assert await steps.listed("/offerings", "code", status="draft", service_id=mail) == ["two"]


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"utility": "\x00"},
        {"utility": "x" * 10_001},
        {"warranty": {"beauty": "high"}},
        {"price": {"amount": 85, "currency": "CAD"}},
        {"price": {"amount": "85", "currency": "XXX"}},
        {"price": {"amount": "NaN", "currency": "CAD"}},
        {"price": {"amount": "1e999999", "currency": "CAD"}},
        {"service_ids": "mail"},
        {"need_ids": [str(uuid7()) for _ in range(101)]},
        {"market_space_ids": ["01928f6e-5a00-7000-8000-000000000000"] * 2},
        {"status": "launched"},
    ],
)
async def test_bad_input_is_refused_and_nothing_is_stored(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    refused = await strategy.client.post("/v1/offerings", json={**OFFERING, **bad})
    assert refused.status_code == 422, refused.text
    assert await steps.listed("/offerings", "id") == []


@pytest.mark.parametrize(("part", "status"), [("need_ids", 404), ("market_space_ids", 404), ("service_ids", 409)])
async def test_an_offering_names_only_what_is_known(strategy: ServiceUnderTest, part: str, status: int) -> None:
    refused = await strategy.client.post("/v1/offerings", json={**OFFERING, part: [str(uuid7())]})
    assert refused.status_code == status, refused.text


async def test_who_may_write_an_offering_may_not_approve_it(strategy: ServiceUnderTest) -> None:
    async with strategy.as_caller("strategy:offering:write") as writer:
        refused = await writer.post(f"/v1/offerings/{uuid7()}/approval", headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["permission"]) == (403, "strategy:offering:approve")
