"""From a need over offerings and services to what they cost, recover, promise, and what is being decided."""

from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.evidence.facts import Facts, cost

DECEMBER: Made = {"starts_on": "2025-12-01", "ends_on": "2026-01-01"}


async def chain(steps: Steps, need: Made, **asked: Any) -> Made:
    return await steps.get(f"/needs/{need['id']}/value-chain", **asked)


def by_code(items: list[Made]) -> dict[str, Made]:
    return {item["code"]: item for item in items}


def missing(part: Made) -> set[str]:
    return {missing["part"] for missing in part["missing"]}


@pytest.fixture
async def need(steps: Steps) -> Made:
    return await steps.need(await steps.customer("tax"), importance=9, satisfaction=4)


async def test_the_whole_chain_is_answered_at_once(steps: Steps, facts: Facts, need: Made) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    desk = await steps.launched("desk", services=[mail, chat], needs=[need])
    talk = await steps.launched("talk", services=[chat], needs=[need])
    portal = await steps.initiative("portal", service_ids=[str(chat)])
    objective = await steps.objective("answers", weight="2")
    await steps.aligned(objective, "0.75", service_id=mail)
    await steps.aligned(objective, "0.5", initiative_id=portal["id"])
    await facts.posted(cost("mail", "2025-12", "100.00", mail), cost("mail", "2026-01", "50.00", mail))
    await facts.posted(cost("mail", "2026-01", "-20.00", mail, income=True), cost("chat", "2026-01", "30.00"))
    await facts.posted(cost("chat", "2026-01", "7.00", chat, currency="USD"), cost("portal", "2026-01", "40.00"))
    await facts.charged("mail", mail, "75.00", run=uuid7(), **DECEMBER)
    await facts.charged("chat", chat, "12.00", run=uuid7())
    run = await facts.allocated("chat", chat, "48.00")
    await facts.assessed(mail, "0.9")

    told = await chain(steps, need)
    assert (told["starts_on"], told["ends_on"]) == ("2025-02-01", "2026-02-01")
    (asked,) = told["needs"]
    assert (asked["asked_by"], asked["beneficiary"], asked["beneficiary_name"]) == (
        "Head of service",
        "customer",
        "tax",
    )
    assert (asked["importance"], asked["satisfaction"], asked["opportunity_score"]) == (9, 4, 14)
    offered = {it["code"]: (it["status"], it["service_ids"]) for it in told["offerings"]}
    assert offered == {"desk": ("launched", sorted([str(mail), str(chat)])), "talk": ("launched", [str(chat)])}
    assert {desk["id"], talk["id"]} == {it["id"] for it in told["offerings"]}

    of = by_code(told["services"])
    (cad,) = of["mail"]["costs"]
    assert (cad["cost"], cad["income"], cad["net"]) == ("150.00", "20.00", "130.00")
    assert [(it["starts_on"], it["net"]) for it in cad["periods"]] == [
        ("2025-12-01", "100.00"),
        ("2026-01-01", "30.00"),
    ]
    (recovered,) = of["mail"]["recoveries"]
    assert (recovered["recovered"], recovered["cost"], recovered["basis"]) == ("75.00", "100.00", "posted_cost")
    assert recovered["ratio"] == "0.7500"
    (recovered,) = of["chat"]["recoveries"]
    assert (recovered["cost"], recovered["basis"], recovered["ratio"]) == ("48.00", "full_cost", "0.2500")
    assert of["chat"]["full_cost"]["full_cost"] == "48.00"
    assert of["chat"]["full_cost"]["link"] == f"/finance/v1/allocation-runs/{run}/explanation?cost_object=chat"
    assert [(it["currency"], it["cost"]) for it in of["chat"]["costs"]] == [("CAD", "30.00"), ("USD", "7.00")]
    (month,) = of["mail"]["performances"]
    assert (month["health"], month["coverage"], month["window"]) == ("0.9", "0.5", "month")
    assert (of["mail"]["alignment_score"], of["chat"]["alignment_score"]) == ("0.750000", None)
    (served,) = told["objectives"]
    assert {(it["kind"], it["id"], it["strength"]) for it in served["served_by"]} == {
        ("service", str(mail), "0.75"),
        ("initiative", portal["id"], "0.5"),
    }
    (initiative,) = told["initiatives"]
    assert (initiative["service_ids"], initiative["spent"][0]["amount"]) == ([str(chat)], "40.00")

    cad, usd = told["totals"]
    assert (cad["cost"], cad["income"], cad["net"], cad["services"]) == ("180.00", "20.00", "160.00", 2)
    assert (cad["recovered"], cad["recovery_ratio"]) == ("87.00", "0.5878")  # 87 / (100 + 48)
    assert (cad["spent_on_initiatives"], usd["cost"], usd["recovery_ratio"]) == ("40.00", "7.00", None)
    assert told["missing"] == []
    assert missing(of["mail"]) == {"full_cost", "performance", "decisions"}
    assert missing(of["chat"]) == {"performance", "objectives", "decisions"}


async def test_of_what_nothing_is_known_everything_is_missing_and_nothing_is_zero(steps: Steps) -> None:
    need = await steps.need(await steps.customer("tax"))
    alone = await chain(steps, need)
    assert missing(alone) == {"satisfaction", "offerings", "services", "objectives", "initiatives"}
    assert alone["totals"] == []
    await steps.launched("desk", services=[await steps.service_known("mail")], needs=[need])
    (mail,) = (await chain(steps, need))["services"]
    assert (mail["costs"], mail["recoveries"], mail["performances"], mail["full_cost"]) == ([], [], [], None)
    assert missing(mail) == {"cost", "full_cost", "recovery", "performance", "objectives", "decisions"}


async def test_services_of_what_is_not_launched_are_shown_but_not_counted(
    steps: Steps, facts: Facts, need: Made
) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    await steps.drafted("plus", services=[chat], needs=[need])
    old = await steps.launched("old", services=[mail], needs=[need])
    await steps.post(f"/offerings/{old['id']}/withdrawal", {"reason": "Replaced."}, of=old)
    await facts.posted(cost("mail", "2026-01", "50.00", mail), cost("chat", "2026-01", "30.00", chat))
    told = await chain(steps, need)
    assert {it["code"]: it["status"] for it in told["offerings"]} == {"old": "withdrawn", "plus": "draft"}
    assert [(it["code"], it["counted"]) for it in told["services"]] == [("chat", False), ("mail", False)]
    assert told["totals"] == []
    assert "No launched offering is made of these services." in [it["reason"] for it in told["missing"]]
    before = await chain(steps, need, starts_on="2026-01-16", ends_on="2026-03-01")
    assert [it["code"] for it in before["offerings"]] == ["plus"]


async def test_a_bundle_costs_what_the_services_of_its_parts_cost(steps: Steps, facts: Facts, need: Made) -> None:
    mail = await steps.service_known("mail")
    await steps.launched("part", services=[mail], needs=[await steps.need(await steps.customer("other"))])
    bundle = await steps.approved(await steps.drafted("bundle", services=[], needs=[need], bundle_codes=["part"]))
    await steps.post(f"/offerings/{bundle['id']}/launch", of=bundle)
    await facts.posted(cost("mail", "2026-01", "50.00", mail))
    told = await chain(steps, need)
    assert told["offerings"][0]["service_ids"] == [str(mail)]
    assert told["totals"][0]["cost"] == "50.00"


async def test_what_is_being_decided_is_told_before_what_was_decided(steps: Steps, facts: Facts, need: Made) -> None:
    mail = await steps.service_known("mail")
    await steps.launched("desk", services=[mail], needs=[need])
    case, plan, review, before = (uuid7() for _ in range(4))
    await facts.business_case("submitted", case, mail, 1)
    await facts.funded(plan, (mail, ["10.00", "5.50"]))
    await facts.review_opened(before, mail)
    await facts.reviewed(before, mail)
    await facts.review_opened(review, mail, opened_on="2026-01-14")
    await facts.of_service("retiring", mail, 3, retires_on="2026-09-01", replacement_id=None)
    (told,) = (await chain(steps, need))["services"]
    shown = [(it["kind"], it["state"], it["pending"], it["outcome"], it["due_on"]) for it in told["decisions"]]
    assert shown == [
        ("business_case", "submitted", True, None, None),
        ("retirement", "announced", True, None, "2026-09-01"),
        ("review", "open", True, "invest", None),
        ("funding", "approved", False, None, None),
        ("review", "decided", False, "remediate", "2026-07-01"),
        ("proposal", "launched", False, None, None),
    ]
    of = {it["kind"]: it for it in reversed(told["decisions"])}
    assert of["business_case"]["funding"] == {"amount": "120000.00", "currency": "CAD"}
    assert of["funding"]["funding"] == {"amount": "15.50", "currency": "CAD"}
    assert {kind: it["link"] for kind, it in of.items()} == {
        "business_case": f"/portfolio/v1/business-cases/{case}",
        "funding": f"/portfolio/v1/investment-plans/{plan}",
        "review": f"/portfolio/v1/reviews/{review}",
        "retirement": f"/portfolio/v1/services/{mail}",
        "proposal": f"/portfolio/v1/services/{mail}",
    }
    later = await chain(steps, need, starts_on="2026-01-16", ends_on="2026-03-01")
    assert all(it["pending"] for it in later["services"][0]["decisions"])


async def test_a_service_that_is_only_proposed_is_being_decided_where_a_draft_is_made_of_it(
    strategy: ServiceUnderTest, steps: Steps, facts: Facts, need: Made
) -> None:
    wiki = uuid7()
    unknown = {"code": "early", "name": "E", "utility": "U", "service_ids": [str(wiki)], "need_ids": []}
    assert (await strategy.client.post("/v1/offerings", json=unknown)).status_code == 409
    await facts.of_service("proposed", wiki, 1, code="wiki", name="Wiki")
    await facts.business_case("submitted", uuid7(), wiki, 1)
    draft = await steps.drafted("knowledge", services=[wiki], needs=[need])
    builds = await steps.initiative("build-wiki", service_ids=[str(wiki)])
    told = await chain(steps, need)
    (service,) = told["services"]
    assert (service["code"], service["name"], service["stage"]) == ("wiki", "Wiki", "planned")
    assert [it["kind"] for it in service["decisions"] if it["pending"]] == ["business_case", "proposal"]
    assert [it["id"] for it in told["initiatives"]] == [builds["id"]]
    approved = await steps.approved(draft)
    headers = {"If-Match": f'"{approved["version"]}"'}
    refused = await strategy.client.post(f"/v1/offerings/{draft['id']}/launch", headers=headers)
    assert refused.json()["blockers"][0]["sentence"] == f"The service {wiki} is not chartered."
    await facts.of_service("rejected", wiki, 2, code="wiki", name="Wiki", rejected_on="2026-01-15")
    (service,) = (await chain(steps, need))["services"]
    assert service["stage"] == "retired"
    again = {**unknown, "code": "again"}
    assert (await strategy.client.post("/v1/offerings", json=again)).status_code == 409


async def test_a_code_that_is_used_again_leads_to_the_service_that_has_it_now(
    steps: Steps, facts: Facts, need: Made
) -> None:
    former, present = await steps.service_known("mail"), await steps.service_known("mail")
    await steps.launched("desk", services=[former, present], needs=[need])
    await facts.posted(cost("mail", "2026-01", "50.00"))
    told = {it["id"]: it["costs"] for it in (await chain(steps, need))["services"]}
    assert told[str(former)] == []
    assert told[str(present)][0]["cost"] == "50.00"


async def test_sums_that_have_too_many_digits_are_said_to_be_missing(steps: Steps, facts: Facts, need: Made) -> None:
    mail = await steps.service_known("mail")
    await steps.launched("desk", services=[mail], needs=[need])
    await facts.posted(*[cost("mail", f"2025-{month}", "9" * 20, mail) for month in (11, 12)])
    (told,) = (await chain(steps, need))["services"]
    assert told["costs"] == []
    assert [it["reason"] for it in told["missing"] if it["part"] == "cost"] == ["Its figures are too large to be told."]
    (row,) = (await steps.get("/value-chains"))["items"]
    assert (row["costs"], missing(row)) == ([], {"cost"})


async def test_unknown_ends_and_impossible_ranges_are_refused(strategy: ServiceUnderTest, need: Made) -> None:
    for noun in ("needs", "objectives", "known-services"):
        assert (await strategy.client.get(f"/v1/{noun}/{uuid7()}/value-chain")).status_code == 404
    path = f"/v1/needs/{need['id']}/value-chain"
    for asked in (
        {"starts_on": "2026-02-01", "ends_on": "2026-02-01"},
        {"starts_on": "2000-01-01", "ends_on": "2026-02-01"},
        {"starts_on": "2026-02-30"},
    ):
        assert (await strategy.client.get(path, params=asked)).status_code == 422


@pytest.mark.parametrize(
    ("asked", "range_of"),
    [
        ({"ends_on": "2026-01-01"}, ("2025-01-01", "2026-01-01")),
        ({"starts_on": "2025-10-05"}, ("2025-10-05", "2026-02-01")),
        ({"ends_on": "2024-02-29"}, ("2023-02-28", "2024-02-29")),
    ],
)
async def test_what_is_left_out_of_a_range_is_a_year_until_the_end_of_this_month(
    steps: Steps, need: Made, asked: dict[str, str], range_of: tuple[str, str]
) -> None:
    told = await chain(steps, need, **asked)
    assert (told["starts_on"], told["ends_on"]) == range_of


async def test_a_row_for_each_need_says_what_its_chain_comes_to(steps: Steps, facts: Facts, need: Made) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    other = await steps.need(await steps.customer("other"), importance=3)
    for code, services in (("desk", [mail, chat]), ("talk", [chat])):
        await steps.launched(code, services=services, needs=[need])
    await facts.posted(cost("mail", "2025-12", "100.00", mail), cost("chat", "2026-01", "30.00"))
    await facts.posted(cost("chat", "2026-01", "-5.00", chat, income=True))
    await facts.charged("chat", chat, "12.00", run=uuid7())
    await facts.assessed(mail, "0.9")
    await facts.assessed(chat, "0.4", window="quarter", starts_on="2025-10-01")
    await facts.review_opened(uuid7(), mail)
    await facts.business_case("approved", uuid7(), chat, 2)
    first, second = (await steps.get("/value-chains", sort="-importance"))["items"]
    assert first == {
        "need_id": need["id"],
        "statement": "Answers within a day",
        "asked_by": "Head of service",
        "state": "met",
        "importance": 9,
        "satisfaction": 4,
        "opportunity_score": 14,
        "offerings": 2,
        "services": 2,
        "costs": [{"currency": "CAD", "cost": "130.00", "income": "5.00", "recovered": "12.00"}],
        "worst_health": "0.4",
        "services_without_cost": 0,
        "services_without_health": 0,
        "pending_decisions": 1,
        "missing": [],
        "link": f"/strategy/v1/needs/{need['id']}/value-chain",
    }
    assert (second["need_id"], second["offerings"], second["worst_health"]) == (other["id"], 0, None)
    assert missing(second) == {"offerings"}
    assert await steps.listed("/value-chains", "need_id", min_importance=4) == [need["id"]]
    assert await steps.listed("/value-chains", "need_id", open="true") == [other["id"]]
    assert await steps.listed("/value-chains", "need_id", customer_id=other["customer_id"]) == [other["id"]]


async def test_an_objective_leads_to_what_is_spent_for_it_directly_and_below(steps: Steps, facts: Facts) -> None:
    mail, chat, aside = [await steps.service_known(code) for code in ("mail", "chat", "aside")]
    need = await steps.need(await steps.customer("tax"))
    top = await steps.objective("top", weight="0")
    below = await steps.objective("below", parent_id=top["id"])
    other = await steps.objective("other")
    portal = await steps.initiative("portal", service_ids=[str(mail), str(chat)])
    desk = await steps.drafted("desk", services=[chat], needs=[need])
    await steps.aligned(below, "0.5", initiative_id=portal["id"])
    await steps.aligned(below, offering_id=desk["id"])
    await steps.aligned(top, service_id=mail)
    await steps.aligned(other, service_id=aside)
    await facts.posted(cost("mail", "2026-01", "50.00", mail), cost("chat", "2026-01", "30.00", chat))
    await facts.posted(cost("aside", "2026-01", "99.00", aside), cost("portal", "2026-01", "40.00"))
    told = await steps.get(f"/objectives/{top['id']}/value-chain")
    assert [it["code"] for it in told["objectives"]] == ["below", "top"]
    assert [it["code"] for it in told["services"]] == ["chat", "mail"]
    assert [(it["code"], it["spent"][0]["amount"]) for it in told["initiatives"]] == [("portal", "40.00")]
    assert [it["id"] for it in told["needs"]] == [need["id"]]
    (cad,) = told["totals"]
    assert (cad["cost"], cad["spent_on_initiatives"]) == ("80.00", "40.00")
    over = await steps.get(f"/objectives/{other['id']}/value-chain")
    assert [it["cost"] for it in over["totals"]] == ["99.00"]


async def test_a_service_leads_back_to_needs_and_objectives(steps: Steps, facts: Facts, need: Made) -> None:
    mail = await steps.service_known("mail")
    desk = await steps.launched("desk", services=[mail, await steps.service_known("chat")], needs=[need])
    objective = await steps.objective("answers")
    await steps.aligned(objective, offering_id=desk["id"])
    portal = await steps.initiative("portal", service_ids=[str(mail)])
    await facts.posted(cost("mail", "2026-01", "50.00", mail))
    told = await steps.get(f"/known-services/{mail}/value-chain")
    assert [it["id"] for it in told["needs"]] == [need["id"]]
    assert [(it["id"], it["service_ids"]) for it in told["offerings"]] == [(desk["id"], [str(mail)])]
    assert [it["id"] for it in told["initiatives"]] == [portal["id"]]
    assert [(it["code"], it["served_by"][0]["id"]) for it in told["objectives"]] == [("answers", desk["id"])]
    assert [it["cost"] for it in told["totals"]] == ["50.00"]


async def test_initiatives_that_ended_before_the_range_are_history(steps: Steps, need: Made) -> None:
    mail = await steps.service_known("mail")
    await steps.launched("desk", services=[mail], needs=[need])
    ended = await steps.initiative("ended", service_ids=[str(mail)])
    await steps.step(ended, "cancellation")
    assert [it["status"] for it in (await chain(steps, need))["initiatives"]] == ["cancelled"]
    later = await chain(steps, need, starts_on="2026-01-16", ends_on="2026-03-01")
    assert later["initiatives"] == []


async def test_the_chain_has_a_permission_of_its_own(strategy: ServiceUnderTest, need: Made) -> None:
    path = f"/v1/needs/{need['id']}/value-chain"
    async with strategy.as_caller("strategy:need:read", subject="reader") as reader:
        assert (await reader.get(path)).status_code == 403
    async with strategy.as_caller("strategy:value-chain:read", subject="reader") as reader:
        assert (await reader.get(path)).status_code == 200
