"""Evidence kept of other services' facts: what finance posted, allocated and charged, what strategy offers."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    return await services.operational("mail")


async def evidence(portfolio: ServiceUnderTest, service: dict[str, Any]) -> dict[str, Any]:
    answer = await portfolio.client.get(f"/v1/services/{service['id']}/evidence", params=YEAR)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def total(service: dict[str, Any], month: str, amount: str, **changes: Any) -> dict[str, Any]:
    return {
        "service_id": service["id"],
        "cost_object_code": service["code"],
        "period_code": month,
        "period_starts_on": f"{month}-01",
        "nature": "labour",
        "income": False,
        "currency": "CAD",
        "amount": amount,
        **changes,
    }


async def posted(portfolio: ServiceUnderTest, *totals: dict[str, Any]) -> None:
    await portfolio.deliver("finance.cost-posted.v1", {"source": "s", "reference": "r", "totals": list(totals)})


async def charged(
    portfolio: ServiceUnderTest, service: dict[str, Any], run: UUID, amount: str, replaces: UUID | None = None
) -> None:
    line = {"cost_object_code": service["code"], "service_id": service["id"], "amount": amount}
    fact = {
        "charge_run_id": str(run),
        "replaces_charge_run_id": str(replaces) if replaces else None,
        "charge_id": str(uuid4()),
        "mode": "showback",
        "customer_id": str(uuid4()),
        **YEAR,
        "currency": "CAD",
        "total": amount,
        "services": [line],
    }
    await portfolio.deliver("finance.charge-issued.v1", fact)


async def test_of_a_new_service_everything_is_said_to_be_missing_and_nothing_is_zero(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    told = await evidence(portfolio, mail)
    unknown = ("cost", "recovery", "demand", "offerings", "alignment", "forecast", "coverage", "risk")
    assert [told[part] for part in unknown] == [None] * 8
    parts = {missing["part"] for missing in told["missing"]}
    assert parts == {*unknown, "full_cost", "attainment"}


async def test_costs_add_up_by_period_and_income_is_kept_apart(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "100.00"), total(mail, "2025-05", "50.00"))
    await posted(portfolio, total(mail, "2025-04", "-10.00"), total(mail, "2025-04", "-30.00", income=True))
    await posted(portfolio, total(mail, "2026-04", "999.00"))
    cost = (await evidence(portfolio, mail))["cost"]
    assert (cost["cost"], cost["income"], cost["net"]) == ("140.00", "30.00", "110.00")
    assert [(period["starts_on"], period["net"]) for period in cost["periods"]] == [
        ("2025-04-01", "60.00"),
        ("2025-05-01", "50.00"),
    ]


async def test_a_fact_that_comes_twice_counts_once(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    fact = {"source": "s", "reference": "r", "totals": [total(mail, "2025-04", "100.00")]}
    id = uuid4()
    for _ in range(2):
        await portfolio.deliver("finance.cost-posted.v1", fact, id=id, subject=id, sequence=1)
    assert (await evidence(portfolio, mail))["cost"]["cost"] == "100.00"


async def test_cost_posted_before_finance_knew_the_service_is_found_by_its_code(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "70.00", service_id=None))
    assert (await evidence(portfolio, mail))["cost"]["cost"] == "70.00"


async def test_charges_of_one_run_add_up_and_a_later_run_replaces_them(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "200.00"))
    first, second = uuid4(), uuid4()
    await charged(portfolio, mail, first, "60.00")
    await charged(portfolio, mail, first, "40.00")
    assert (await evidence(portfolio, mail))["recovery"]["recovered"] == "100.00"
    await charged(portfolio, mail, second, "150.00", replaces=first)
    await charged(portfolio, mail, second, "20.00", replaces=first)
    recovery = (await evidence(portfolio, mail))["recovery"]
    assert (recovery["recovered"], recovery["cost"], recovery["ratio"]) == ("170.00", "200.00", "0.8500")


async def test_a_charge_that_arrives_after_its_run_was_replaced_does_not_count(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    first, second = uuid4(), uuid4()
    await charged(portfolio, mail, second, "150.00", replaces=first)
    await charged(portfolio, mail, first, "60.00")
    assert (await evidence(portfolio, mail))["recovery"]["recovered"] == "150.00"


async def test_a_recovery_without_a_known_cost_has_no_ratio_and_says_so(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await charged(portfolio, mail, uuid4(), "60.00")
    told = await evidence(portfolio, mail)
    assert (told["recovery"]["ratio"], told["recovery"]["cost"], told["recovery"]["basis"]) == (None, None, None)
    assert "What the charged days cost is not known." in [missing["reason"] for missing in told["missing"]]


async def test_amounts_in_another_currency_are_left_out_and_named(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "1.00"), total(mail, "2025-05", "2.00"))
    await posted(portfolio, total(mail, "2025-04", "50.00", currency="USD"))
    told = await evidence(portfolio, mail)
    assert (told["cost"]["currency"], told["cost"]["cost"]) == ("CAD", "3.00")
    assert {"part": "cost", "reason": "Amounts in USD are left out: they are not converted."} in told["missing"]


async def test_the_cost_of_a_subscribed_unit_moves_with_cost_and_demand(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    customer = await services.customer()
    await services.subscribe(mail, customer, quantity="10", starts_on="2025-04-01")
    await services.subscribe(mail, customer, quantity="10", starts_on="2025-05-01", option="large")
    await posted(portfolio, total(mail, "2025-04", "100.00"), total(mail, "2025-05", "240.00"))
    told = await evidence(portfolio, mail)
    assert [period["quantity"] for period in told["cost"]["periods"]] == ["10", "20"]
    assert told["cost"]["trend"] == {"earlier": "100.0000", "later": "240.0000", "change": "1.4000"}
    assert told["cost"]["unit_cost"] == {"earlier": "10.0000", "later": "12.0000", "change": "0.2000"}
    assert (told["demand"]["at_start"]["quantity"], told["demand"]["now"]["quantity"]) == ("10", "20")
    assert told["demand"]["change"] == "1.0000"


async def test_a_part_whose_sums_have_too_many_digits_is_said_to_be_missing(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    for code in ("a", "b"):
        assert (await services.subscribe(mail, await services.customer(code), quantity="9" * 20)).status_code == 201
    await posted(portfolio, *[total(mail, "2025-05", "9" * 20)] * 2)
    told = await evidence(portfolio, mail)
    assert (told["cost"], told["demand"]) == (None, None)
    too_large = [it["part"] for it in told["missing"] if it["reason"] == "Its figures are too large to be told."]
    assert too_large == ["cost", "demand"]


async def test_a_service_can_be_reviewed_whose_figures_are_as_far_apart_as_figures_can_be(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    least, most = {"quantity": "0.000000000001", "starts_on": "2025-04-01"}, {"quantity": "9" * 20}
    for code, terms in (("a", least), ("b", most)):
        assert (await services.subscribe(mail, await services.customer(code), **terms)).status_code == 201
    await posted(portfolio, total(mail, "2025-04", "0.000000000001"), total(mail, "2025-05", "9" * 20))
    told = await evidence(portfolio, mail)
    assert told["demand"]["now"]["quantity"] == "9" * 20 + ".000000000001"
    assert (told["demand"]["change"], told["cost"]["trend"]) == (None, None)
    review = await portfolio.client.post("/v1/reviews", json={**YEAR, "service_id": mail["id"]})
    assert review.status_code == 201, review.text


async def allocated(portfolio: ServiceUnderTest, service: dict[str, Any], full: str) -> None:
    line = {"cost_object_code": service["code"], "service_id": service["id"], "direct": "100.00", "given": "0"}
    fact = {
        "allocation_run_id": str(uuid4()),
        "model_code": "full-cost",
        **YEAR,
        "currency": "CAD",
        "cost_in": "30.00",
        "allocated": "30.00",
        "unallocated": "0",
        "objects": [{**line, "received": "30.00", "full": full}],
    }
    await portfolio.deliver("finance.allocation-completed.v1", fact)


async def test_what_was_charged_for_an_allocated_range_is_set_against_its_full_cost(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "100.00"))
    await allocated(portfolio, mail, "200.00")
    await charged(portfolio, mail, uuid4(), "50.00")
    recovery = (await evidence(portfolio, mail))["recovery"]
    assert (recovery["basis"], recovery["cost"], recovery["ratio"]) == ("full_cost", "200.00", "0.2500")


async def test_an_older_allocation_that_arrives_late_changes_nothing(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await allocated(portfolio, mail, "145.00")
    portfolio.clock.advance(minutes=-1)
    await allocated(portfolio, mail, "130.00")
    (shown,) = (await evidence(portfolio, mail))["full_costs"]
    assert shown["full_cost"] == "145.00"


async def test_an_allocation_of_the_same_range_replaces_the_earlier_one(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    for full in ("130.00", "145.00"):
        await allocated(portfolio, mail, full)
        portfolio.clock.advance(minutes=1)
    (shown,) = (await evidence(portfolio, mail))["full_costs"]
    assert (shown["direct"], shown["full_cost"]) == ("100.00", "145.00")


async def test_an_offering_counts_until_it_is_withdrawn(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    id, need = uuid4(), uuid4()
    offering = {"offering_id": str(id), "code": "work", "service_ids": [mail["id"]], "need_ids": [str(need)]}
    launched = {**offering, "name": "Workplace", "launched_on": "2025-06-01"}
    await portfolio.deliver("strategy.offering-launched.v1", launched, subject=id, sequence=1)
    assert (await evidence(portfolio, mail))["offerings"]["count"] == 1
    withdrawn = {**offering, "withdrawn_on": "2026-01-01", "reason": "Replaced."}
    await portfolio.deliver("strategy.offering-withdrawn.v1", withdrawn, subject=id, sequence=2)
    await portfolio.deliver("strategy.offering-launched.v1", launched, subject=id, sequence=1)
    assert (await evidence(portfolio, mail))["offerings"]["count"] == 0


async def test_a_need_that_another_offering_also_addresses_is_served_elsewhere(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    chat = await services.operational("chat")
    shared, own = uuid4(), uuid4()
    for need, importance in ((shared, 6), (own, 9)):
        fact = {"need_id": str(need), "importance": importance, "satisfaction": None, "opportunity_score": None}
        identified = {**fact, "statement": "Talk", "market_space_id": None, "customer_id": None}
        identified["identified_on"] = "2025-01-01"
        await portfolio.deliver("strategy.need-identified.v1", identified, subject=need, sequence=1)
    assessed = {"need_id": str(own), "importance": 7, "satisfaction": 3, "opportunity_score": 11}
    assessed["assessed_on"] = "2025-02-01"
    await portfolio.deliver("strategy.need-assessed.v1", assessed, subject=own, sequence=2)
    for code, service, needs in (("work", mail, (shared, own)), ("talk", chat, (shared,))):
        made_of = {"service_ids": [service["id"]], "need_ids": [str(need) for need in needs]}
        offering = {"offering_id": str(uuid4()), "code": code, "name": code, "launched_on": "2025-06-01"}
        await portfolio.deliver("strategy.offering-launched.v1", {**offering, **made_of})
    of_mail, of_chat = (await evidence(portfolio, mail))["offerings"], (await evidence(portfolio, chat))["offerings"]
    assert (of_mail["needs_served"], of_mail["needs_served_elsewhere"], of_mail["highest_importance"]) == (2, 1, 7)
    assert (of_chat["needs_served"], of_chat["needs_served_elsewhere"], of_chat["highest_importance"]) == (1, 1, 6)
