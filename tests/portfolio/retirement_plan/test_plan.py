"""Plans as managers open, move and call them off, and what others hear of it."""

import asyncio

import pytest

from chassis.chores import carry_out
from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.app import manifest
from portfolio.retirement_plan import actions
from tests.portfolio.retirement_plan.conftest import END, ITEM, Retiring
from tests.portfolio.services import Services, made, refused

(RETIRE,) = [chore for chore in manifest.chores if chore.name == "retire services"]
NOBODY = {"customers": 0, "subscriptions": 0, "quantity": "0"}


async def tick(portfolio: ServiceUnderTest) -> None:
    assert await carry_out(RETIRE, portfolio.database, portfolio.clock()) is False


async def test_an_open_plan_says_where_everything_stands(portfolio: ServiceUnderTest, retiring: Retiring) -> None:
    plan = await retiring.opened(notice_days=30, checklist=[ITEM, {**ITEM, "required": False}])
    assert plan == await retiring.read(plan)
    told = {name: plan[name] for name in ("status", "overdue", "given_on", "ends_on", "opened_by", "reason")}
    assert told == {
        "status": "open",
        "overdue": False,
        "given_on": "2026-01-15",
        "ends_on": END,
        "opened_by": "tester",
        "reason": "Old.",
    }
    assert plan["customers"] == {"to_move": NOBODY, "moving": NOBODY, "leaving": NOBODY}
    assert plan["checklist"] == {"open": 2, "open_required": 1, "done": 0, "waived": 0}
    assert [it["kind"] for it in plan["blockers"]] == ["notice", "checklist"]
    mail = await retiring.services.read(retiring.mail["id"])
    assert (mail["status"], mail["retires_on"], mail["replacement_id"]) == ("retiring", END, retiring.cloud["id"])
    (fact,) = await portfolio.announced("portfolio.service-retiring.v1")
    assert fact.data["retires_on"] == END


async def test_a_notice_that_is_given_or_taken_back_the_short_way_is_a_plan_too(
    retiring: Retiring, services: Services
) -> None:
    made(await services.step(retiring.mail, "retirement-notice", retires_on=END))
    listed = {"service_id": retiring.mail["id"]}
    (plan,) = made(await retiring.client.get("/v1/retirement-plans", params=listed))["items"]
    assert (plan["status"], plan["ends_on"], plan["reason"]) == ("open", END, "Time for retirement-notice")
    made(await services.step(retiring.mail, "retirement-notice/cancellation"))
    plan = await retiring.read(plan)
    assert (plan["status"], plan["closing_reason"]) == ("called_off", "Time for retirement-notice/cancellation")
    refused(await services.step(retiring.mail, "retirement-notice/cancellation"), 409, STEP)


STEP = "portfolio.service.step-not-possible"


async def test_a_decision_to_retire_opens_a_plan_that_names_it(portfolio: ServiceUnderTest, retiring: Retiring) -> None:
    asked = {"service_id": retiring.mail["id"], "starts_on": "2025-04-01", "ends_on": "2026-04-01"}
    review = made(await retiring.client.post("/v1/reviews", json=asked))
    notice = {"retires_on": END, "replacement_id": retiring.cloud["id"]}
    decision = {"decision": "retire", "reason": "Two of a kind.", "retirement": notice}
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        path = f"/v1/reviews/{review['id']}/decision"
        made(await board.post(path, json=decision, headers={"If-Match": '"1"'}))
    (plan,) = made(await retiring.client.get("/v1/retirement-plans"))["items"]
    assert (plan["review_id"], plan["opened_by"], plan["reason"]) == (review["id"], "board", "Two of a kind.")
    assert (plan["ends_on"], plan["replacement_id"]) == (END, retiring.cloud["id"])


async def test_a_service_has_one_open_plan_and_of_two_at_once_one_is_opened(
    portfolio: ServiceUnderTest, retiring: Retiring
) -> None:
    answers = await asyncio.gather(*(retiring.asked() for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused(await retiring.asked(), 409, STEP)
    assert len(await portfolio.announced("portfolio.service-retiring.v1")) == 1


async def test_of_two_services_that_are_to_replace_each_other_one_does(retiring: Retiring) -> None:
    there, back = retiring.mail["id"], retiring.cloud["id"]
    answers = await asyncio.gather(
        retiring.asked(service_id=there, replacement_id=back), retiring.asked(service_id=back, replacement_id=there)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_plan_that_is_revised_keeps_what_it_said_before_and_others_hear_of_it(
    portfolio: ServiceUnderTest, retiring: Retiring
) -> None:
    plan = await retiring.opened()
    said = {"ends_on": "2026-06-01", "replacement_id": None, "reason": "The cloud comes later."}
    later = made(await retiring.changed(plan, "revisions", **said))
    assert (later["ends_on"], later["replacement_id"], later["version"]) == ("2026-06-01", None, 2)
    refused(await retiring.changed(plan, "revisions", **said), 412, "request.version-stale")
    listed = made(await retiring.client.get(f"/v1/retirement-plans/{plan['id']}/revisions"))["items"]
    assert [(it["ends_on"], it["replacement_id"], it["reason"]) for it in listed] == [
        (END, retiring.cloud["id"], "Old."),
        ("2026-06-01", None, "The cloud comes later."),
    ]
    mail = await retiring.services.read(retiring.mail["id"])
    assert (mail["retires_on"], mail["replacement_id"]) == ("2026-06-01", None)
    facts = await portfolio.announced("portfolio.service-retiring.v1")
    assert [fact.data["retires_on"] for fact in facts] == [END, "2026-06-01"]
    portfolio.clock.advance(days=60)
    await tick(portfolio)
    assert (await retiring.services.read(retiring.mail["id"]))["status"] == "retiring"


async def test_the_clock_completes_the_plan_of_what_it_retires(portfolio: ServiceUnderTest, retiring: Retiring) -> None:
    plan = await retiring.opened()
    portfolio.clock.advance(days=44)
    await tick(portfolio)
    assert (await retiring.read(plan))["status"] == "open"
    portfolio.clock.advance(days=1)
    await tick(portfolio)
    plan = await retiring.read(plan)
    assert (plan["status"], plan["closed_by"], plan["closing_reason"]) == (
        "completed",
        "clock",
        "The notice has run out.",
    )
    assert (plan["overdue"], plan["blockers"]) == (False, [])
    refused(await retiring.changed(plan, "cancellation", reason="Too late"), 409, "portfolio.retirement-plan.not-open")


async def test_who_retires_a_service_by_hand_completes_its_plan(
    portfolio: ServiceUnderTest, retiring: Retiring
) -> None:
    plan = await retiring.opened()
    portfolio.clock.advance(days=45)
    made(await retiring.services.step(retiring.mail, "retirement"))
    assert (await retiring.read(plan))["status"] == "completed"


async def test_what_waits_for_its_checklist_does_not_stand_before_what_can_go(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    await retiring.opened(ends_on="2026-01-16", checklist=[ITEM])
    free = await services.retiring("fax", retires_on="2026-01-17")
    portfolio.clock.advance(days=2)
    await carry_out(RETIRE, portfolio.database, portfolio.clock())
    assert (await services.read(free["id"]))["status"] == "retired"


async def test_a_plan_whose_end_has_come_while_something_keeps_the_service_is_overdue_and_says_what_it_is(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    plan = await retiring.opened(checklist=[ITEM])
    other = await services.retiring("fax", retires_on="2026-12-01")
    portfolio.clock.advance(days=45)
    await tick(portfolio)

    async def listed(**asked: str) -> list[str]:
        return [
            it["service_id"] for it in made(await retiring.client.get("/v1/retirement-plans", params=asked))["items"]
        ]

    (late,) = made(await retiring.client.get("/v1/retirement-plans", params={"overdue": "true"}))["items"]
    assert (late["id"], late["overdue"]) == (plan["id"], True)
    assert [it["sentence"] for it in late["blockers"]] == [
        "grace was to see to this by 2026-02-20: Archive the mailboxes"
    ]
    assert made(await retiring.client.get(late["blockers"][0]["link"]))["state"] == "open"
    assert await listed(overdue="false") == [other["id"]]
    assert await listed(ending_before="2026-12-01") == [retiring.mail["id"]]
    assert await listed() == [retiring.mail["id"], other["id"]]
    assert await listed(status="completed") == []
    called_off = made(await retiring.changed(late, "cancellation", reason="It stays."))
    assert (called_off["status"], called_off["overdue"]) == ("called_off", False)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"ends_on": "2026-01-15"}, 422, "portfolio.service.notice-too-late"),
        ({"notice_days": 46}, 422, "portfolio.service.notice-too-late"),
        ({"notice_days": 0}, 422, "request.invalid"),
        ({"ends_on": "2026-02-30"}, 422, "request.invalid"),
        ({"reason": ""}, 422, "request.invalid"),
        ({"replacement_id": str(uuid7())}, 404, "request.no-such-resource"),
        ({"service_id": str(uuid7())}, 404, "request.no-such-resource"),
        ({"checklist": [ITEM] * 101}, 422, "request.invalid"),
        ({"checklist": [{**ITEM, "title": ""}]}, 422, "request.invalid"),
        ({"status": "completed"}, 422, "request.invalid"),
    ],
)
async def test_a_plan_that_does_not_fit_is_refused_and_the_service_gets_no_notice(
    portfolio: ServiceUnderTest, retiring: Retiring, wrong: dict[str, object], status: int, code: str
) -> None:
    refused(await retiring.asked(**wrong), status, code)
    assert (await retiring.services.read(retiring.mail["id"]))["status"] == "operational"
    assert made(await retiring.client.get("/v1/retirement-plans"))["items"] == []
    assert await portfolio.announced("portfolio.service-retiring.v1") == []


async def test_a_service_replaces_neither_itself_nor_when_it_goes(retiring: Retiring, services: Services) -> None:
    own = await retiring.asked(replacement_id=retiring.mail["id"])
    refused(own, 422, "portfolio.service.own-replacement")
    going = await services.retiring("fax")
    refused(await retiring.asked(replacement_id=going["id"]), 409, "portfolio.retirement-plan.replacement-goes")
    short = await services.step(retiring.mail, "retirement-notice", retires_on=END, replacement_id=going["id"])
    refused(short, 409, "portfolio.retirement-plan.replacement-goes")


async def test_a_service_that_was_kept_may_get_its_notice_again(retiring: Retiring) -> None:
    first = await retiring.opened()
    made(await retiring.changed(first, "cancellation", reason="Not now."))
    second = await retiring.opened(ends_on="2026-12-01")
    assert second["id"] != first["id"]
    assert [(await retiring.read(it))["status"] for it in (first, second)] == ["called_off", "open"]


async def test_to_revise_or_call_off_needs_the_version_that_was_read(retiring: Retiring) -> None:
    plan = await retiring.opened()
    path = f"/v1/retirement-plans/{plan['id']}"
    revised = {"ends_on": "2026-06-01", "replacement_id": None, "reason": "x"}
    for what, said in (("revisions", revised), ("cancellation", {"reason": "x"})):
        assert (await retiring.client.post(f"{path}/{what}", json=said)).status_code == 428
        stale = await retiring.client.post(f"{path}/{what}", json=said, headers={"If-Match": '"7"'})
        assert stale.status_code == 412


async def test_a_hundred_subscriptions_are_named_as_blockers_and_the_others_counted(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    customer = await services.customer()
    rows = "".join(f"mail,{customer},1,option-{number},2026-01-01\n" for number in range(103))
    answer = await portfolio.client.post(
        "/v1/subscription-imports",
        content="service,customer_id,quantity,option,starts_on\n" + rows,
        headers={"Content-Type": "text/csv"},
    )
    assert made(answer)["created"] == 103
    plan = await retiring.opened()
    blockers = [it for it in plan["blockers"] if it["kind"] == "subscription"]
    assert len(blockers) == 101
    assert blockers[-1]["sentence"] == "3 more customers subscribe to it."
    assert plan["customers"]["to_move"] == {"customers": 1, "subscriptions": 103, "quantity": "103"}
