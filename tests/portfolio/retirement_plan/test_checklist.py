"""What has to be done before a service retires keeps it until it is done or waived."""

import asyncio
from typing import Any

import httpx
import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.retirement_plan.conftest import ITEM, Retiring
from tests.portfolio.services import made, refused


def path(item: dict[str, Any], what: str = "") -> str:
    return f"/v1/retirement-plans/{item['plan_id']}/checklist-items/{item['id']}{what}"


async def settle(client: httpx.AsyncClient, item: dict[str, Any], what: str) -> httpx.Response:
    headers = {"If-Match": f'"{item["version"]}"'}
    return await client.post(path(item, f"/{what}"), json={"evidence": "Protocol 7"}, headers=headers)


async def added(retiring: Retiring, plan: dict[str, Any], **said: Any) -> dict[str, Any]:
    answer = await retiring.client.post(f"/v1/retirement-plans/{plan['id']}/checklist-items", json={**ITEM, **said})
    return made(answer)


async def kept_by(retiring: Retiring, plan: dict[str, Any]) -> list[str]:
    return [
        it["link"].rpartition("/")[2] for it in (await retiring.read(plan))["blockers"] if it["kind"] == "checklist"
    ]


async def test_what_is_required_keeps_the_service_until_it_is_done_or_waived(
    portfolio: ServiceUnderTest, retiring: Retiring
) -> None:
    plan = await retiring.opened()
    done, waived, welcome = [await added(retiring, plan, required=required) for required in (True, True, False)]
    assert await kept_by(retiring, plan) == [done["id"], waived["id"]]
    portfolio.clock.advance(days=45)
    blocked = refused(await retiring.services.step(retiring.mail, "retirement"), 409, "portfolio.service.blocked")
    assert [it["kind"] for it in blocked["blockers"]] == ["checklist", "checklist"]

    settled = made(await settle(retiring.client, done, "completion"))
    assert (settled["state"], settled["settled_by"], settled["evidence"]) == ("done", "tester", "Protocol 7")
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        assert made(await settle(board, waived, "waiver"))["state"] == "waived"
    assert (await retiring.read(plan))["checklist"] == {"open": 1, "open_required": 0, "done": 1, "waived": 1}
    made(await retiring.services.step(retiring.mail, "retirement"))
    refused(await settle(retiring.client, welcome, "completion"), 409, "portfolio.retirement-plan.not-open")


async def test_nobody_waives_what_they_put_on_the_list(retiring: Retiring) -> None:
    item = await added(retiring, await retiring.opened())
    refused(await settle(retiring.client, item, "waiver"), 403, "portfolio.checklist-item.own-item")
    assert made(await retiring.client.get(path(item)))["state"] == "open"


async def test_an_item_changes_or_goes_as_long_as_it_is_open(retiring: Retiring) -> None:
    plan = await retiring.opened(checklist=[ITEM])
    (item,) = made(await retiring.client.get(f"/v1/retirement-plans/{plan['id']}/checklist-items"))["items"]
    headers = {"If-Match": '"1"'}
    item = made(await retiring.client.put(path(item), json={**ITEM, "owner": "edsger"}, headers=headers))
    assert (item["owner"], item["version"]) == ("edsger", 2)
    other = await added(retiring, plan)
    assert (await retiring.client.delete(path(other), headers=headers)).status_code == 204
    refused(await retiring.client.get(path(other)), 404, "request.no-such-resource")
    done = made(await settle(retiring.client, item, "completion"))
    headers = {"If-Match": f'"{done["version"]}"'}
    settled = "portfolio.checklist-item.settled"
    refused(await retiring.client.put(path(item), json=ITEM, headers=headers), 409, settled)
    refused(await retiring.client.delete(path(item), headers=headers), 409, settled)
    refused(await settle(retiring.client, done, "completion"), 409, settled)


async def test_of_two_that_settle_an_item_at_once_one_does(portfolio: ServiceUnderTest, retiring: Retiring) -> None:
    item = await added(retiring, await retiring.opened())
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        answers = await asyncio.gather(settle(retiring.client, item, "completion"), settle(board, item, "waiver"))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])


async def test_a_service_never_retires_beside_an_item_that_is_put_on_its_list(
    portfolio: ServiceUnderTest, retiring: Retiring
) -> None:
    plan = await retiring.opened()
    portfolio.clock.advance(days=45)
    adding = retiring.client.post(f"/v1/retirement-plans/{plan['id']}/checklist-items", json=ITEM)
    added, due = await asyncio.gather(adding, retiring.client.post("/v1/retirements-due"))
    retired = made(due)["retired"] == [retiring.mail["id"]]
    assert added.status_code == (409 if retired else 201)
    assert (await retiring.read(plan))["checklist"]["open_required"] == (0 if retired else 1)


async def test_a_checklist_has_a_hundred_items_and_lists_what_is_due_first(retiring: Retiring) -> None:
    plan = await retiring.opened(checklist=[{**ITEM, "due_on": "2026-02-28"}] * 99)
    first = await added(retiring, plan, due_on="2026-01-20")
    items = f"/v1/retirement-plans/{plan['id']}/checklist-items"
    refused(await retiring.client.post(items, json=ITEM), 409, "portfolio.checklist-item.checklist-full")
    listed = made(await retiring.client.get(items, params={"limit": "10", "include": "total", "state": "open"}))
    assert (listed["items"][0]["id"], listed["total"]) == (first["id"], 100)
    assert made(await retiring.client.get(items, params={"state": "done"}))["items"] == []


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"owner": ""}, {"due_on": None}, {"due_on": "soon"}, {"required": 1}, {"state": "done"}]
)
async def test_an_item_that_does_not_fit_is_refused(retiring: Retiring, wrong: dict[str, Any]) -> None:
    plan = await retiring.opened()
    answer = await retiring.client.post(f"/v1/retirement-plans/{plan['id']}/checklist-items", json={**ITEM, **wrong})
    refused(answer, 422, "request.invalid")
    assert (await retiring.read(plan))["checklist"]["open"] == 0


async def test_an_item_is_found_only_under_its_own_plan(retiring: Retiring) -> None:
    plan = await retiring.opened()
    item = await added(retiring, plan)
    stranger = {**item, "plan_id": str(uuid7())}
    refused(await retiring.client.get(path(stranger)), 404, "request.no-such-resource")
    refused(await settle(retiring.client, stranger, "completion"), 404, "request.no-such-resource")
    other = await retiring.opened(service_id=retiring.cloud["id"], replacement_id=None)
    refused(
        await settle(retiring.client, {**item, "plan_id": other["id"]}, "completion"), 404, "request.no-such-resource"
    )
