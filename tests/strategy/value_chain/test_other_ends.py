"""The chain from an objective, from a service and from what is only planned; and a row for each of many needs."""

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.evidence.facts import Facts, cost
from tests.strategy.value_chain.conftest import chain, missing


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


async def test_sums_that_have_too_many_digits_are_said_to_be_missing(steps: Steps, facts: Facts, need: Made) -> None:
    mail = await steps.service_known("mail")
    await steps.launched("desk", services=[mail], needs=[need])
    await facts.posted(*[cost("mail", f"2025-{month}", "9" * 20, mail) for month in (11, 12)])
    (told,) = (await chain(steps, need))["services"]
    assert told["costs"] == []
    assert [it["reason"] for it in told["missing"] if it["part"] == "cost"] == ["Its figures are too large to be told."]
    (row,) = (await steps.get("/value-chains"))["items"]
    assert (row["costs"], missing(row)) == ([], {"cost"})


async def test_initiatives_that_ended_before_the_range_are_history(steps: Steps, need: Made) -> None:
    mail = await steps.service_known("mail")
    await steps.launched("desk", services=[mail], needs=[need])
    ended = await steps.initiative("ended", service_ids=[str(mail)])
    await steps.step(ended, "cancellation")
    assert [it["status"] for it in (await chain(steps, need))["initiatives"]] == ["cancelled"]
    later = await chain(steps, need, starts_on="2026-01-16", ends_on="2026-03-01")
    assert later["initiatives"] == []
