"""What strategy does when the portfolio charters, launches, renames and retires services."""

import asyncio
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def deliver(strategy: ServiceUnderTest, fact: str, id: UUID, sequence: int, name: str = "Mail") -> None:
    told = {"service_id": str(id), "code": "mail", "name": name, "kind": "customer_facing", "owner": None}
    days = {"chartered_on": "2025-01-01", "launched_on": "2025-02-01", "retired_on": "2026-01-10"}
    await strategy.deliver(f"portfolio.service-{fact}.v1", {**told, **days}, subject=id, sequence=sequence)


async def known(steps: Steps) -> list[tuple[str, str]]:
    items = (await steps.get("/known-services"))["items"]
    return [(item["name"], item["stage"]) for item in items]


async def test_a_service_is_known_from_its_charter_on(strategy: ServiceUnderTest, steps: Steps) -> None:
    id = uuid7()
    await deliver(strategy, "changed", id, 2, "Not chartered yet")
    assert await known(steps) == []
    await deliver(strategy, "chartered", id, 3)
    assert await known(steps) == [("Mail", "chartered")]
    await deliver(strategy, "launched", id, 4)
    await deliver(strategy, "changed", id, 5, "Post")
    assert await known(steps) == [("Post", "operational")]


async def test_a_withdrawn_service_is_gone_and_one_that_was_never_chartered_stays_unknown(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    id = uuid7()
    await deliver(strategy, "withdrawn", uuid7(), 2)
    assert await known(steps) == []
    await deliver(strategy, "chartered", id, 3)
    await deliver(strategy, "withdrawn", id, 4)
    assert await known(steps) == [("Mail", "retired")]


async def test_an_older_fact_is_ignored(strategy: ServiceUnderTest, steps: Steps) -> None:
    id = uuid7()
    await deliver(strategy, "launched", id, 4)
    await deliver(strategy, "chartered", id, 3, "Old name")
    await deliver(strategy, "changed", id, 2, "Older name")
    assert await known(steps) == [("Mail", "operational")]
    await deliver(strategy, "retired", id, 6)
    await deliver(strategy, "launched", id, 5)
    assert await known(steps) == [("Mail", "retired")]


async def test_known_services_are_found_by_code_and_stage(steps: Steps) -> None:
    await steps.service_known("mail")
    await steps.service_known("chat", launched=False)
    assert await steps.listed("/known-services", "code") == ["chat", "mail"]
    assert await steps.listed("/known-services", "code", stage="chartered") == ["chat"]
    assert await steps.listed("/known-services", "code", code="mail") == ["mail"]


async def test_the_offerings_made_of_a_retired_service_are_withdrawn_and_their_needs_reopen(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    customer = await steps.customer("A")
    lost, still_served = await steps.need(customer), await steps.need(customer)
    gone = [await steps.launched(code, services=[mail], needs=[lost, still_served]) for code in ("one", "two")]
    stays = await steps.launched("three", services=[chat], needs=[still_served])
    await steps.service_retired(mail, "mail")
    for offering in gone:
        seen = await steps.get(f"/offerings/{offering['id']}")
        assert (seen["status"], seen["withdrawn_on"]) == ("withdrawn", "2026-01-10")
        assert seen["withdrawal_reason"] == "The service mail was retired."
    assert (await steps.get(f"/offerings/{stays['id']}"))["status"] == "launched"
    states = {need["id"]: need["state"] for need in (await steps.get("/needs"))["items"]}
    assert states == {lost["id"]: "reopened", still_served["id"]: "met"}
    assert len(await strategy.announced("strategy.offering-withdrawn.v1")) == 2
    [reopened] = await strategy.announced("strategy.need-reopened.v1")
    assert (reopened.data["need_id"], reopened.actor) == (lost["id"], "another service")


async def test_a_draft_outlives_a_retired_service_but_cannot_be_launched_with_it(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail, need = await steps.service_known("mail"), await steps.need(await steps.customer("A"))
    approved = await steps.approved(await steps.drafted("one", services=[mail], needs=[need]))
    await steps.service_retired(mail, "mail")
    assert (await steps.get(f"/offerings/{approved['id']}"))["status"] == "approved"
    headers = {"If-Match": f'"{approved["version"]}"'}
    refused = await strategy.client.post(f"/v1/offerings/{approved['id']}/launch", headers=headers)
    assert refused.json()["blockers"][0]["sentence"] == "The service mail is retired, not operational."


async def test_a_withdrawn_offering_can_come_back_with_another_service(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    need = await steps.need(await steps.customer("A"))
    one = await steps.launched("one", services=[mail], needs=[need])
    await steps.service_retired(mail, "mail")
    withdrawn = await steps.get(f"/offerings/{one['id']}")
    draft = await steps.post(f"/offerings/{one['id']}/revisions", of=withdrawn)
    content = {"name": "One", "utility": "Again", "service_ids": [str(chat)], "need_ids": [need["id"]]}
    answer = await strategy.client.put(f"/v1/offerings/{draft['id']}", json=content, headers={"If-Match": '"1"'})
    approved = await steps.approved(answer.json())
    await steps.post(f"/offerings/{draft['id']}/launch", of=approved)
    assert (await steps.get(f"/needs/{need['id']}"))["state"] == "met"


async def test_a_launch_beside_the_retirement_of_its_service_does_not_stay_launched(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    for number in range(5):
        code = f"s{number}"
        service, need = await steps.service_known(code), await steps.need(await steps.customer(code))
        approved = await steps.approved(await steps.drafted(code, services=[service], needs=[need]))

        async def launch(approved: Made = approved) -> int:
            headers = {"If-Match": f'"{approved["version"]}"'}
            return (await strategy.client.post(f"/v1/offerings/{approved['id']}/launch", headers=headers)).status_code

        launched, _ = await asyncio.gather(launch(), steps.service_retired(service, code))
        status = (await steps.get(f"/offerings/{approved['id']}"))["status"]
        assert (launched, status) in ((200, "withdrawn"), (409, "approved"))


async def test_no_offering_is_launched_with_a_service_that_has_its_notice_until_that_is_called_off(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail, need = await steps.service_known("mail"), await steps.need(await steps.customer("A"))
    there = await steps.launched("one", services=[mail], needs=[need])
    approved = await steps.approved(await steps.drafted("two", services=[mail], needs=[need]))
    told = {"service_id": str(mail), "code": "mail"}
    for day in ("2026-06-01", "2026-09-01"):
        retiring = {**told, "retires_on": day, "replacement_id": None}
        await strategy.deliver("portfolio.service-retiring.v1", retiring, subject=mail)
        assert await steps.listed("/known-services", "retires_on") == [day]
    headers = {"If-Match": f'"{approved["version"]}"'}
    refused = await strategy.client.post(f"/v1/offerings/{approved['id']}/launch", headers=headers)
    assert refused.json()["blockers"][0]["sentence"] == "The service mail is retiring, not operational."
    assert (await steps.get(f"/offerings/{there['id']}"))["status"] == "launched"
    await strategy.deliver("portfolio.service-retirement-cancelled.v1", told, subject=mail)
    assert await steps.listed("/known-services", "retires_on") == [None]
    await steps.post(f"/offerings/{approved['id']}/launch", of=approved)


async def test_an_end_that_is_heard_of_late_does_not_take_the_place_of_a_newer_one(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    id = uuid7()
    await deliver(strategy, "launched", id, 1)
    told = {"service_id": str(id), "code": "mail", "replacement_id": None}
    for sequence, day in ((3, "2026-09-01"), (2, "2026-06-01"), (3, "2026-09-01")):
        fact = {**told, "retires_on": day}
        await strategy.deliver("portfolio.service-retiring.v1", fact, subject=id, sequence=sequence)
    assert await steps.listed("/known-services", "retires_on") == ["2026-09-01"]
