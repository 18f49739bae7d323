"""Customers of a service that retires: who has to move, who moves, who leaves."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.retirement_plan import actions
from portfolio.service.gates import Act
from tests.portfolio.retirement_plan.conftest import END, Retiring
from tests.portfolio.services import Services, made, refused


async def count(retiring: Retiring, plan: dict[str, Any]) -> dict[str, list[Any]]:
    """Customers, subscriptions and quantity in each state."""
    return {state: list(told.values()) for state, told in (await retiring.read(plan))["customers"].items()}


async def ends_on(retiring: Retiring, id: str) -> str | None:
    end: str | None = made(await retiring.client.get(f"/v1/subscriptions/{id}"))["ends_on"]
    return end


async def running(retiring: Retiring, service: dict[str, Any]) -> list[dict[str, Any]]:
    asked = {"service_id": service["id"]}
    items: list[dict[str, Any]] = made(await retiring.client.get("/v1/subscriptions", params=asked))["items"]
    return items


async def test_customers_are_those_that_subscribe_and_each_stands_where_their_subscription_ends(
    retiring: Retiring, services: Services
) -> None:
    finance, health = await services.customer("finance"), await services.customer("health")
    await retiring.subscribed(finance, ends_on="2026-01-15")  # gone before the notice
    await retiring.subscribed(finance, starts_on="2026-05-01", ends_on="2026-05-01")  # never a day
    open_end = await retiring.subscribed(finance, starts_on="2026-01-15", quantity="10")
    beyond = await retiring.subscribed(finance, option="gold", quantity="2.5", ends_on="2026-03-02")
    leaving = await retiring.subscribed(health, quantity="7", ends_on=END)
    plan = await retiring.opened()
    stands = {it["subscription_id"]: it["state"] for it in await retiring.customers(plan)}
    assert stands == {open_end: "to_move", beyond: "to_move", leaving: "leaving"}
    assert await count(retiring, plan) == {"to_move": [1, 2, "12.5"], "moving": [0, 0, "0"], "leaving": [1, 1, "7"]}
    (told,) = await retiring.customers(plan, state="leaving")
    assert (told["customer_id"], told["customer_code"], told["customer_name"]) == (str(health), "health", "HEALTH")
    kept = {it["link"] for it in plan["blockers"] if it["kind"] == "subscription"}
    assert kept == {f"/v1/subscriptions/{id}" for id in (open_end, beyond)}


async def test_a_move_ends_one_subscription_and_starts_the_other_and_finance_can_hear_of_both(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    old = await retiring.subscribed(await services.customer(), quantity="120.5", option="gold")
    plan = await retiring.opened()
    answer = made(await retiring.move(plan, old, options=[{"option": "gold", "becomes": "premium"}]))
    assert {name: answer[name] for name in ("moved", "unchanged", "refused")} == {
        "moved": 1,
        "unchanged": 0,
        "refused": 0,
    }
    (new,) = await running(retiring, retiring.cloud)
    assert answer["results"][0]["successor_id"] == new["id"]
    assert (new["quantity"], new["option"], new["starts_on"], new["ends_on"]) == (
        "120.5",
        "premium",
        "2026-02-01",
        None,
    )
    assert await ends_on(retiring, old) == "2026-02-01"
    (ended,) = await portfolio.announced("portfolio.subscription-ended.v1")
    assert (ended.data["subscription_id"], ended.data["ended_on"]) == (old, "2026-02-01")
    started = await portfolio.announced("portfolio.subscription-started.v1")
    assert [(fact.data["service_id"], fact.data["starts_on"]) for fact in started][1:] == [
        (retiring.cloud["id"], "2026-02-01")
    ]
    (told,) = await retiring.customers(plan)
    assert (told["state"], told["successor_id"], told["moved_by"]) == ("moving", new["id"], "tester")
    assert await count(retiring, plan) == {"to_move": [0, 0, "0"], "moving": [1, 1, "120.5"], "leaving": [0, 0, "0"]}
    assert [it["kind"] for it in (await retiring.read(plan))["blockers"]] == ["notice"]


async def test_of_many_each_has_its_result_and_what_is_refused_stops_nobody_else(
    retiring: Retiring, services: Services
) -> None:
    one, two = await services.customer("one"), await services.customer("two")
    moves = await retiring.subscribed(one)
    gone = await retiring.subscribed(two, ends_on="2026-01-20")
    doubled = await retiring.subscribed(one, option="gold")
    elsewhere = made(await services.subscribe(retiring.cloud, two))["id"]
    unknown = str(uuid7())
    plan = await retiring.opened()
    answer = made(
        await retiring.move(
            plan, moves, gone, doubled, elsewhere, unknown, options=[{"option": "gold", "becomes": None}]
        )
    )
    assert [(it["subscription_id"], it["effect"], it["code"]) for it in answer["results"]] == [
        (moves, "moved", None),
        (gone, "refused", "portfolio.subscription.already-ended"),
        (doubled, "refused", "portfolio.subscription.overlapping"),
        (elsewhere, "refused", "portfolio.customer-move.not-of-this-service"),
        (unknown, "refused", "portfolio.customer-move.not-of-this-service"),
    ]
    assert all(bool(it["reason"]) == (it["effect"] == "refused") for it in answer["results"])
    assert (answer["moved"], answer["refused"]) == (1, 4)
    assert [await ends_on(retiring, it) for it in (moves, gone, doubled)] == ["2026-02-01", "2026-01-20", None]


async def test_the_same_move_again_changes_nothing_and_another_one_is_refused(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened()
    (first,) = made(await retiring.move(plan, old))["results"]
    (again,) = made(await retiring.move(plan, old))["results"]
    assert (again["effect"], again["successor_id"]) == ("unchanged", first["successor_id"])
    (earlier,) = made(await retiring.move(plan, old, on="2026-01-20"))["results"]
    (other,) = made(await retiring.move(plan, old, options=[{"option": None, "becomes": "x"}]))["results"]
    assert (earlier["code"], other["code"]) == ("portfolio.customer-move.already-moved",) * 2
    assert len(await portfolio.announced("portfolio.subscription-started.v1")) == 2


async def test_of_two_moves_at_once_one_counts(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened()
    answers = await asyncio.gather(*(retiring.move(plan, old) for _ in range(4)))
    effects = sorted(made(answer)["results"][0]["effect"] for answer in answers)
    assert effects == ["moved", "unchanged", "unchanged", "unchanged"]
    assert len(await running(retiring, retiring.cloud)) == 1


async def test_a_move_beside_a_termination_leaves_no_gap(retiring: Retiring, services: Services) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened()
    ending = retiring.client.post(
        f"/v1/subscriptions/{old}/termination", json={"on": "2026-01-31"}, headers={"If-Match": '"1"'}
    )
    moved, ended = await asyncio.gather(retiring.move(plan, old), ending)
    successors = await running(retiring, retiring.cloud)
    if made(moved)["moved"]:
        assert [it["starts_on"] for it in successors] == ["2026-02-01"]
        assert await ends_on(retiring, old) == ("2026-01-31" if ended.is_success else "2026-02-01")
    else:
        assert (successors, await ends_on(retiring, old)) == ([], "2026-01-31")


async def test_nobody_moves_by_a_plan_that_is_being_called_off(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened()
    async with portfolio.database.transaction() as session:
        held, service = await actions.held(session, UUID(plan["id"]))
        held.call_off(Act(by="board", at=portfolio.clock(), reason="It stays."), service)
        await session.flush()
        moving = asyncio.create_task(retiring.move(plan, old))
        await asyncio.sleep(0.3)
        assert not moving.done()
    refused(await moving, 409, "portfolio.retirement-plan.not-open")
    assert await running(retiring, retiring.cloud) == []


async def test_who_has_moved_stays_where_they_are_when_the_plan_is_called_off(
    retiring: Retiring, services: Services
) -> None:
    old, other = [await retiring.subscribed(await services.customer(code)) for code in ("one", "two")]
    plan = await retiring.opened()
    made(await retiring.move(plan, old))
    plan = made(await retiring.changed(await retiring.read(plan), "cancellation", reason="It stays."))
    assert [it["subscription_id"] for it in await retiring.customers(plan)] == [old]
    assert len(await running(retiring, retiring.cloud)) == 1
    refused(await retiring.move(plan, other), 409, "portfolio.retirement-plan.not-open")
    made(await services.subscribe(retiring.mail, await services.customer("three")))
    again = await retiring.opened()
    assert (await count(retiring, again))["to_move"] == [2, 2, "2"]
    assert (await count(retiring, again))["moving"] == [1, 1, "1"]


async def test_nobody_moves_without_a_replacement_or_to_one_that_is_not_there_yet(
    retiring: Retiring, services: Services
) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened(replacement_id=None)
    refused(await retiring.move(plan, old), 409, "portfolio.customer-move.no-replacement")
    coming = await services.proposed("coming")
    said = {"ends_on": END, "replacement_id": coming["id"], "reason": "It comes."}
    plan = made(await retiring.changed(plan, "revisions", **said))
    (early,) = made(await retiring.move(plan, old))["results"]
    assert (early["effect"], early["code"]) == ("refused", "portfolio.subscription.not-operational")
    assert early["reason"] == "coming is proposed."
    await services.level(coming)
    await services.up_to(coming, "launch")  # today, the 15th of January
    (before,) = made(await retiring.move(plan, old, on="2026-01-14"))["results"]
    assert before["code"] == "portfolio.customer-move.not-yet-launched"
    assert made(await retiring.move(plan, old, on="2026-01-15"))["moved"] == 1


async def test_the_end_does_not_come_before_the_last_customer_has_moved(retiring: Retiring, services: Services) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened()
    (late,) = made(await retiring.move(plan, old, on="2026-03-02"))["results"]
    assert late["code"] == "portfolio.customer-move.after-the-end"
    assert made(await retiring.move(plan, old, on=END))["moved"] == 1
    said = {"replacement_id": retiring.cloud["id"], "reason": "Sooner."}
    sooner = await retiring.changed(plan, "revisions", ends_on="2026-02-28", **said)
    refused(sooner, 409, "portfolio.retirement-plan.moves-later")


async def test_a_merged_customer_moves_as_the_one_that_lives_on(retiring: Retiring, services: Services) -> None:
    merged, survivor = await services.customer("merged"), await services.customer("survivor")
    old = await retiring.subscribed(merged)
    plan = await retiring.opened()
    await services.merge(merged, survivor)
    made(await retiring.move(plan, old))
    (new,) = await running(retiring, retiring.cloud)
    assert new["customer_id"] == str(survivor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"subscription_ids": []},
        {"subscription_ids": ["0198c0de-0000-7000-8000-000000000001"] * 2},
        {"subscription_ids": [str(uuid7()) for _ in range(501)]},
        {"on": "tomorrow"},
        {"options": [{"option": "gold", "becomes": "a"}, {"option": "gold", "becomes": "b"}]},
        {"options": [{"option": "gold"}]},
        {"quantity": "1"},
    ],
)
async def test_a_command_that_does_not_fit_moves_nobody(
    retiring: Retiring, services: Services, wrong: dict[str, Any]
) -> None:
    old = await retiring.subscribed(await services.customer())
    plan = await retiring.opened()
    command = {"on": "2026-02-01", "subscription_ids": [old], **wrong}
    answer = await retiring.client.post(f"/v1/retirement-plans/{plan['id']}/customer-moves", json=command)
    refused(answer, 422, "request.invalid")
    assert await ends_on(retiring, old) is None
