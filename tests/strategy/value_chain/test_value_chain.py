"""From a need over offerings and services to what they cost, recover, promise, and what is being decided."""

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.evidence.facts import Facts, cost
from tests.strategy.value_chain.conftest import chain, missing

DECEMBER: Made = {"starts_on": "2025-12-01", "ends_on": "2026-01-01"}


def by_code(items: list[Made]) -> dict[str, Made]:
    return {item["code"]: item for item in items}


@pytest.fixture
async def told(steps: Steps, facts: Facts, need: Made) -> Made:
    """Two launched offerings share the service chat; mail was charged for December, chat for the allocated year."""
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    await steps.launched("desk", services=[mail, chat], needs=[need])
    await steps.launched("talk", services=[chat], needs=[need])
    portal = await steps.initiative("portal", service_ids=[str(chat)])
    objective = await steps.objective("answers", weight="2")
    await steps.aligned(objective, "0.75", service_id=mail)
    await steps.aligned(objective, "0.5", initiative_id=portal["id"])
    await facts.posted(cost("mail", "2025-12", "100.00", mail), cost("mail", "2026-01", "50.00", mail))
    await facts.posted(cost("mail", "2026-01", "-20.00", mail, income=True), cost("chat", "2026-01", "30.00"))
    await facts.posted(cost("chat", "2026-01", "7.00", chat, currency="USD"), cost("portal", "2026-01", "40.00"))
    await facts.charged("mail", mail, "75.00", run=uuid7(), **DECEMBER)
    await facts.charged("chat", chat, "12.00", run=uuid7())
    await facts.allocated("chat", chat, "48.00")
    await facts.assessed(mail, "0.9")
    return await chain(steps, need)


def test_it_begins_with_who_wants_what_and_how_much_it_matters(told: Made) -> None:
    (need,) = told["needs"]
    assert (need["asked_by"], need["beneficiary"], need["beneficiary_name"]) == ("Head of service", "customer", "tax")
    assert (need["importance"], need["satisfaction"], need["opportunity_score"]) == (9, 4, 14)
    assert (told["starts_on"], told["ends_on"]) == ("2025-02-01", "2026-02-01")


def test_it_names_the_offerings_and_what_they_are_made_of(told: Made) -> None:
    code = {it["id"]: it["code"] for it in told["services"]}
    offered = {it["code"]: (it["status"], {code[id] for id in it["service_ids"]}) for it in told["offerings"]}
    assert offered == {"desk": ("launched", {"mail", "chat"}), "talk": ("launched", {"chat"})}


def test_it_tells_the_cost_of_each_service_per_period_and_currency(told: Made) -> None:
    of = by_code(told["services"])
    (cad,) = of["mail"]["costs"]
    assert (cad["cost"], cad["income"], cad["net"]) == ("150.00", "20.00", "130.00")
    assert [(it["starts_on"], it["net"]) for it in cad["periods"]] == [
        ("2025-12-01", "100.00"),
        ("2026-01-01", "30.00"),
    ]
    assert cad["as_of"] == "2026-01-15T12:00:00Z"
    assert [(it["currency"], it["cost"]) for it in of["chat"]["costs"]] == [("CAD", "30.00"), ("USD", "7.00")]
    days = "starts_on=2025-02-01&ends_on=2026-02-01"
    assert of["mail"]["cost_link"] == f"/finance/v1/service-costs?cost_object=mail&{days}"
    assert of["mail"]["evidence_link"] == f"/portfolio/v1/services/{of['mail']['id']}/evidence?{days}"


def test_it_tells_what_was_recovered_of_the_full_cost_or_else_of_the_posted(told: Made) -> None:
    of = by_code(told["services"])
    (mail,), (chat,) = of["mail"]["recoveries"], of["chat"]["recoveries"]
    assert (mail["recovered"], mail["cost"], mail["basis"], mail["ratio"]) == (
        "75.00",
        "100.00",
        "posted_cost",
        "0.7500",
    )
    assert (chat["recovered"], chat["cost"], chat["basis"], chat["ratio"]) == ("12.00", "48.00", "full_cost", "0.2500")
    full = of["chat"]["full_cost"]
    assert (full["full_cost"], full["model_code"]) == ("48.00", "full-cost")
    assert full["link"].startswith("/finance/v1/allocation-runs/")
    assert full["link"].endswith("/explanation?cost_object=chat")


def test_it_tells_how_services_perform_and_which_objectives_they_serve(told: Made) -> None:
    of = by_code(told["services"])
    (month,) = of["mail"]["performances"]
    assert (month["health"], month["coverage"], month["window"]) == ("0.9", "0.5", "month")
    assert (of["mail"]["alignment_score"], of["chat"]["alignment_score"]) == ("0.750000", None)
    (objective,), (portal,) = told["objectives"], told["initiatives"]
    served_by = {(it["kind"], it["id"], it["strength"]) for it in objective["served_by"]}
    assert served_by == {("service", of["mail"]["id"], "0.75"), ("initiative", portal["id"], "0.5")}
    assert (portal["service_ids"], portal["spent"][0]["amount"]) == ([of["chat"]["id"]], "40.00")


def test_it_adds_up_each_service_once_and_each_currency_by_itself(told: Made) -> None:
    cad, usd = told["totals"]
    assert (cad["cost"], cad["income"], cad["net"], cad["services"]) == ("180.00", "20.00", "160.00", 2)
    assert (cad["recovered"], cad["recovery_ratio"]) == ("87.00", "0.5878")  # 87 / (100 + 48)
    assert (cad["spent_on_initiatives"], usd["cost"], usd["recovery_ratio"]) == ("40.00", "7.00", None)


def test_it_names_just_what_is_missing(told: Made) -> None:
    of = by_code(told["services"])
    assert told["missing"] == []
    assert missing(of["mail"]) == {"full_cost", "performance", "decisions"}
    assert "2 of 4 service levels were not measured from 2025-12-01 on." in [
        it["reason"] for it in of["mail"]["missing"]
    ]
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


async def test_a_code_that_is_used_again_leads_to_the_service_that_has_it_now(
    steps: Steps, facts: Facts, need: Made
) -> None:
    former, present = await steps.service_known("mail"), await steps.service_known("mail")
    await steps.launched("desk", services=[former, present], needs=[need])
    await facts.posted(cost("mail", "2026-01", "50.00"))
    told = {it["id"]: it["costs"] for it in (await chain(steps, need))["services"]}
    assert told[str(former)] == []
    assert told[str(present)][0]["cost"] == "50.00"


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


async def test_the_chain_has_a_permission_of_its_own(strategy: ServiceUnderTest, need: Made) -> None:
    path = f"/v1/needs/{need['id']}/value-chain"
    async with strategy.as_caller("strategy:need:read", subject="reader") as reader:
        assert (await reader.get(path)).status_code == 403
    async with strategy.as_caller("strategy:value-chain:read", subject="reader") as reader:
        assert (await reader.get(path)).status_code == 200


async def test_of_an_offering_only_the_revision_in_force_is_shown(steps: Steps, need: Made) -> None:
    first = await steps.launched("desk", services=[await steps.service_known("mail")], needs=[need])
    draft = await steps.post(f"/offerings/{first['id']}/revisions", of=first)
    assert {it["status"] for it in (await chain(steps, need))["offerings"]} == {"launched", "draft"}
    await steps.post(f"/offerings/{draft['id']}/launch", of=await steps.approved(draft))
    assert [(it["id"], it["revision"]) for it in (await chain(steps, need))["offerings"]] == [(draft["id"], 2)]
