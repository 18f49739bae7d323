"""A scan finds what is known to be there, once; what was decided stays; what is gone lapses."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from chassis.chores import carry_out
from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.app import manifest
from tests.portfolio.evidence.test_evidence import posted, total
from tests.portfolio.evidence.test_market import expected, volumes
from tests.portfolio.opportunity.scans import Scans
from tests.portfolio.services import Services, made, refused

(CHORE,) = [chore for chore in manifest.chores if chore.name == "find opportunities"]


async def test_what_is_found_is_open_with_its_evidence_and_announced_once(
    portfolio: ServiceUnderTest, scans: Scans
) -> None:
    need = await scans.white_space(importance=9)
    assert await scans.scan() == {"white-space": {"found": 1}}
    opportunity = await scans.the_one()
    assert (opportunity["rule"], opportunity["rule_version"], opportunity["status"]) == ("white-space", 1, "open")
    assert (opportunity["subject_kind"], opportunity["subject_id"]) == ("need", str(need))
    assert (opportunity["subject_label"], opportunity["magnitude"]) == ("Answers within a day", "9")
    assert opportunity["evidence"] == {
        "figures": [{"name": "importance", "value": "9", "unit": "points", "threshold": "7", "as_of": "2026-01-15"}],
        "links": [f"/strategy/v1/needs/{need}"],
    }
    portfolio.clock.advance(days=1)
    assert await scans.scan() == {"white-space": {"unchanged": 1}}
    again = await scans.the_one()
    assert (again["found_at"], again["version"]) == (opportunity["found_at"], opportunity["version"])
    assert again["last_seen_at"] > opportunity["last_seen_at"]
    [fact] = await portfolio.announced("portfolio.opportunity-found.v1")
    assert (fact.data["rule"], fact.data["subject_id"], fact.data["again"]) == ("white-space", str(need), False)
    assert fact.data["sentence"] == opportunity["sentence"]


async def test_what_is_not_found_any_more_lapses_and_is_open_again_when_it_is(
    portfolio: ServiceUnderTest, scans: Scans
) -> None:
    need = await scans.white_space()
    await scans.scan()
    await scans.covered(need, "served", sequence=2, offerings=1)
    assert await scans.scan() == {"white-space": {"lapsed": 1}}
    assert (await scans.the_one())["status"] == "lapsed"
    assert await scans.scan() == {}
    await scans.covered(need, sequence=3)
    assert await scans.scan() == {"white-space": {"reopened": 1}}
    assert [step["step"] for step in await scans.steps(await scans.the_one())] == ["found", "lapsed", "found"]
    facts = await portfolio.announced("portfolio.opportunity-lapsed.v1")
    assert [fact.data["subject_id"] for fact in facts] == [str(need)]


async def test_an_older_fact_of_a_need_finds_nothing(scans: Scans) -> None:
    need = uuid7()
    await scans.need(need, 2, sequence=2)
    await scans.need(need, 9, sequence=1)
    await scans.covered(need)
    assert await scans.scan() == {}


async def test_what_was_dismissed_stays_so_and_is_open_again_on_graver_evidence(
    portfolio: ServiceUnderTest, scans: Scans
) -> None:
    need = await scans.white_space(importance=7)
    await scans.scan()
    first = await scans.the_one()
    dismissed = made(await scans.dismiss(first, "Others serve it."))
    assert (dismissed["status"], dismissed["decided_by"], dismissed["reason"]) == (
        "dismissed",
        "tester",
        "Others serve it.",
    )
    await scans.need(need, 8, sequence=2)
    assert await scans.scan() == {"white-space": {"still_dismissed": 1}}
    await scans.covered(need, "served", sequence=2)
    assert await scans.scan() == {}
    await scans.covered(need, sequence=3)
    assert await scans.scan() == {"white-space": {"still_dismissed": 1}}
    await scans.need(need, 9, sequence=3)
    assert await scans.scan() == {"white-space": {"reopened": 1}}
    made(await scans.dismiss(await scans.the_one(status="open"), "Still others."))

    steps = [(step["step"], step["by"], step["reason"], step["magnitude"]) for step in await scans.steps(first)]
    assert steps == [
        ("found", "tester", None, "7"),
        ("dismissed", "tester", "Others serve it.", "7"),
        ("found", "tester", None, "9"),
        ("dismissed", "tester", "Still others.", "9"),
    ]
    facts = await portfolio.announced("portfolio.opportunity-dismissed.v1")
    assert [fact.data["reason"] for fact in facts] == ["Others serve it.", "Still others."]


async def test_the_clock_scans_and_a_scan_that_runs_is_enough(portfolio: ServiceUnderTest, scans: Scans) -> None:
    await scans.white_space()
    async with portfolio.database.transaction() as session:
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("opportunity scan", 0))))
        assert await carry_out(CHORE, portfolio.database, portfolio.clock()) is False
        refused(await portfolio.client.post("/v1/opportunity-scans"), 409, "portfolio.opportunity-scan.running")
    assert await scans.listed() == []
    assert await carry_out(CHORE, portfolio.database, portfolio.clock()) is False
    [step] = await scans.steps(await scans.the_one())
    assert (step["step"], step["by"]) == ("found", "clock")


async def test_scans_at_one_moment_find_each_opportunity_once(portfolio: ServiceUnderTest, scans: Scans) -> None:
    for _ in range(3):
        await scans.white_space()
    answers = await asyncio.gather(*(portfolio.client.post("/v1/opportunity-scans") for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(await scans.listed()) == 3
    assert len(await portfolio.announced("portfolio.opportunity-found.v1")) == 3


async def test_only_operational_services_are_looked_at(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    mail = await services.operational("mail")
    await services.proposed("new")
    await services.retiring("fax", retires_on="2028-03-01")
    portfolio.clock.advance(days=366)
    assert await scans.scan() == {"review-overdue": {"found": 1}}
    opportunity = await scans.the_one()
    assert (opportunity["subject_id"], opportunity["magnitude"]) == (mail["id"], "1")
    link = opportunity["evidence"]["links"][0].removeprefix("/portfolio")
    assert made(await portfolio.client.get(link))["starts_on"] == "2026-01-01"
    made(await services.step(mail, "retirement-notice", retires_on="2028-03-01"))
    assert await scans.scan() == {"review-overdue": {"lapsed": 1}}


async def test_a_service_is_overdue_a_year_after_its_last_review_was_decided(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    mail = await services.operational("mail")
    portfolio.clock.advance(days=400)
    assert await scans.scan() == {"review-overdue": {"found": 1}}
    await scans.review(mail)
    assert await scans.scan() == {"review-overdue": {"lapsed": 1}}
    decided_on = portfolio.clock.now.date()
    portfolio.clock.advance(days=365)
    assert await scans.scan() == {}
    portfolio.clock.advance(days=1)
    assert await scans.scan() == {"review-overdue": {"reopened": 1}}
    assert (await scans.the_one())["sentence"].endswith(f"the last one was decided on {decided_on}.")
    await scans.review(mail)
    assert await scans.scan() == {"review-overdue": {"lapsed": 1}}


async def test_a_cost_far_beyond_those_of_its_peers_is_found_and_that_of_another_kind_or_currency_is_not(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    peers = [await services.proposed(f"peer-{number}") for number in range(9)]
    cheap, abroad = await services.proposed("cheap", kind="supporting"), await services.proposed("abroad")
    await as_operational(portfolio)
    amounts = ["100", "110", "90", "105", "95", "102", "98", "101", "900"]
    costs = [total(service, "2025-12", amount) for service, amount in zip(peers, amounts, strict=True)]
    await posted(portfolio, *costs, total(cheap, "2025-12", "5000"), total(abroad, "2025-12", "7000", currency="EUR"))
    assert await scans.scan() == {"cost-outlier": {"found": 1}}
    opportunity = await scans.the_one()
    assert (opportunity["subject_id"], opportunity["magnitude"]) == (peers[8]["id"], "8.9109")  # 900 / 101
    figures = {it["name"]: (it["value"], it["threshold"]) for it in opportunity["evidence"]["figures"]}
    # Hinges of 90 95 98 100 101 102 105 110 900 are 98 and 105; 105 + 3 × 7 = 126, but twice the median is 202.
    assert figures["cost per period"][1] == "202.0000"
    assert figures["upper hinge of its kind"][0] == "105.0000"


async def test_a_dear_unit_is_found_where_the_service_as_a_whole_is_not_dear(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    customer = await services.customer()
    peers = [await services.operational(f"peer-{number}") for number in range(9)]
    for number, service in enumerate(peers):
        quantity = "1" if number == 8 else "10"
        made(await services.subscribe(service, customer, quantity=quantity, starts_on="2025-11-01"))
    await posted(portfolio, *(total(service, "2025-12", "1000") for service in peers))
    assert await scans.scan() == {"unit-cost-outlier": {"found": 1}}
    opportunity = await scans.the_one()
    assert (opportunity["subject_id"], opportunity["magnitude"]) == (peers[8]["id"], "10.0000")


async def as_operational(portfolio: ServiceUnderTest) -> None:
    """Without the steps that led there, which are tried elsewhere."""
    async with portfolio.database.transaction() as session:
        await session.execute(text("UPDATE services SET status = 'operational', launched_on = '2026-01-01'"))


async def test_demand_that_is_expected_to_fall_is_found_if_it_is_that_of_all_customers_and_not_old(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    mail, fax, phone = [await services.operational(code) for code in ("mail", "fax", "phone")]
    falls: dict[str, Any] = {"observed": volumes(2025, "100", "100"), "expected": volumes(2026, "60", "80")}
    await expected(portfolio, uuid7(), mail["id"], sequence=1, **falls)
    await expected(portfolio, uuid7(), fax["id"], sequence=1, **falls, customer_id=str(uuid7()))
    await expected(portfolio, uuid7(), phone["id"], sequence=1, **{**falls, "expected": volumes(2024, "60", "80")})
    assert await scans.scan() == {"falling-demand": {"found": 1}}
    opportunity = await scans.the_one()
    assert (opportunity["subject_id"], opportunity["magnitude"]) == (mail["id"], "0.3000")


async def test_charges_that_recover_too_little_are_found_and_lapse_with_the_next_charge(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    mail = await services.operational("mail")
    await posted(portfolio, total(mail, "2025-12", "1000"))
    run = await charged(portfolio, mail, "799")
    assert await scans.scan() == {"weak-recovery": {"found": 1}}
    opportunity = await scans.the_one()
    assert (opportunity["magnitude"], opportunity["subject_label"]) == ("0.2010", "Mail")
    await charged(portfolio, mail, "800", replaces=run)
    assert await scans.scan() == {"weak-recovery": {"lapsed": 1}}


async def charged(
    portfolio: ServiceUnderTest, service: dict[str, Any], amount: str, *, replaces: UUID | None = None
) -> UUID:
    """For the last twelve months."""
    run, line = uuid7(), {"cost_object_code": service["code"], "service_id": service["id"], "amount": amount}
    fact = {
        "charge_run_id": str(run),
        "replaces_charge_run_id": str(replaces) if replaces else None,
        "starts_on": "2025-01-01",
        "ends_on": "2026-01-01",
        "currency": "CAD",
        "services": [line],
    }
    await portfolio.deliver("finance.charge-issued.v1", fact)
    return run


async def test_figures_that_are_too_large_to_be_told_stop_no_scan(
    portfolio: ServiceUnderTest, services: Services, scans: Scans
) -> None:
    huge, customer = "9" * 20, await services.customer()
    for number in range(9):
        service = await services.operational(f"peer-{number}")
        made(await services.subscribe(service, customer, starts_on="2025-11-01"))
        await posted(portfolio, total(service, "2025-12", huge if number else "1"))
    asset = uuid7()
    for sequence, month in enumerate(("2025-10", "2025-11", "2025-12"), 1):
        await scans.capacity(asset, month, huge, "0", sequence=sequence)
    await scans.white_space()
    assert await scans.scan() == {"white-space": {"found": 1}}


async def test_a_need_that_several_offerings_serve_is_an_overlap(scans: Scans) -> None:
    need = uuid7()
    await scans.need(need, 6)
    await scans.covered(need, "overlap", offerings=3, weight=12)
    assert await scans.scan() == {"overlap": {"found": 1}}
    assert (await scans.the_one())["magnitude"] == "12"


async def test_opportunities_are_listed_by_what_they_are_about_and_by_how_grave_they_are(
    portfolio: ServiceUnderTest, scans: Scans
) -> None:
    eight, ten = await scans.white_space(8), await scans.white_space(10)
    await scans.scan()
    assert [it["magnitude"] for it in await scans.listed(sort="-magnitude")] == ["10", "8"]
    assert [it["subject_id"] for it in await scans.listed(subject_id=str(eight))] == [str(eight)]
    assert len(await scans.listed(rule="white-space", status="open", subject_kind="need")) == 2
    for none in ({"rule": "overlap"}, {"status": "dismissed"}, {"subject_kind": "asset"}):
        assert await scans.listed(**none) == []
    page = made(await portfolio.client.get("/v1/opportunities", params={"limit": "1", "sort": "-magnitude"}))
    assert page["items"][0]["subject_id"] == str(ten)
    rest = {"limit": "1", "sort": "-magnitude", "cursor": page["next_cursor"]}
    assert made(await portfolio.client.get("/v1/opportunities", params=rest))["items"][0]["subject_id"] == str(eight)
    assert (await portfolio.client.get("/v1/opportunities", params={"status": "gone"})).status_code == 422


async def test_every_rule_tells_its_version_and_when_it_fires(portfolio: ServiceUnderTest) -> None:
    rules = made(await portfolio.client.get("/v1/opportunity-rules"))["rules"]
    told = {rule["name"]: (rule["version"], rule["subject_kind"]) for rule in rules}
    assert told == {
        "white-space": (1, "need"),
        "overlap": (1, "need"),
        "cost-outlier": (1, "service"),
        "unit-cost-outlier": (1, "service"),
        "falling-demand": (1, "service"),
        "repeated-breach": (1, "service"),
        "weak-recovery": (1, "service"),
        "no-offering": (1, "service"),
        "review-overdue": (1, "service"),
        "unused-capacity": (1, "asset"),
    }
    [recovery] = [rule["fires_when"] for rule in rules if rule["name"] == "weak-recovery"]
    assert recovery == "Charges recovered less than 80 % of what the charged days cost."
    assert all(rule["fires_when"] for rule in rules)
