"""Charges by prices: usage and subscriptions at the version that holds on each day, and nothing dropped in silence."""

from typing import Any

import pytest

from tests.finance.books import Books, entry, line
from tests.finance.charge_run.priced import APRIL, PLAN, SPRING, PricedService
from tests.finance.price_book.price_lists import PER_GB, item
from tests.finance.price_book.terms import tiers

SEAT = item("SEAT", meter=None, price={"model": "per_unit", "unit_price": "30"})
BASE = item("BASE", meter=None, price={"model": "flat", "amount": "60"})


async def test_usage_is_summed_per_month_and_priced_once(hosting: PricedService) -> None:
    stairs = {"model": "graduated", "tiers": tiers(("10", "1.00"), (None, "0.10"))}
    await hosting.prices.published("2025-04-01", item(price=stairs))
    await hosting.meters.recorded("1", "8", used_on="2025-04-01")
    await hosting.meters.recorded("2", "7.5", used_on="2025-04-30")
    await hosting.meters.recorded("3", "4", used_on="2025-05-01")
    await hosting.meters.recorded("4", "100", consumer="Water")
    made = await hosting.run(**SPRING)
    assert (made["basis"], made["total"], made["uncharged"]) == ("prices", "33.55", [])
    assert await hosting.lines() == [("GB", "15.5", "10.55"), ("GB", "4", "4.00")]
    assert await hosting.lines("Water") == [("GB", "100", "19.00")]
    assert (await hosting.charge())["mode"] == "chargeback"


async def test_each_day_is_priced_by_the_version_of_that_day(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01", ends_on="2025-04-16")
    await hosting.prices.published("2025-04-16", item(price={**PER_GB, "unit_price": "1"}))
    await hosting.meters.recorded("1", "10", used_on="2025-04-15")
    await hosting.meters.recorded("2", "10", used_on="2025-04-16")
    await hosting.run()
    assert await hosting.lines() == [("GB", "10", "1.00"), ("GB", "10", "10.00")]


async def test_subscriptions_are_prorated_by_the_full_month(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01", SEAT, BASE)
    await hosting.subscribe("Harbour", "2", "2025-04-01")
    await hosting.subscribe("Harbour", "3", "2025-04-21")
    await hosting.subscribe("Water", "1", "2025-04-11", "2025-04-21")
    await hosting.run()
    # 2 and 3 × 10/30; of the flat amount, every day counts once.
    assert await hosting.lines() == [("BASE", "3", "60.00"), ("SEAT", "3", "90.00")]
    assert await hosting.lines("Water") == [("BASE", "0.333333333333", "20.00"), ("SEAT", "0.333333333333", "10.00")]


async def test_what_is_not_prorated_is_charged_whole_and_once_in_a_month(hosting: PricedService) -> None:
    whole = {**SEAT, "prorated": False}
    await hosting.prices.published("2025-04-01", whole, ends_on="2025-04-16")
    await hosting.prices.published("2025-04-16", {**whole, "price": {**PER_GB, "unit_price": "50"}})
    await hosting.subscribe("Harbour", "1", "2025-04-10")
    await hosting.subscribe("Water", "1", "2025-04-20")
    await hosting.run(**SPRING)
    assert await hosting.lines() == [("SEAT", "1", "30.00"), ("SEAT", "1", "50.00")]  # April, May
    assert await hosting.lines("Water") == [("SEAT", "1", "50.00"), ("SEAT", "1", "50.00")]


async def test_nothing_is_charged_from_the_end_of_a_service_on(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01", item(), SEAT, BASE)
    await hosting.subscribe("Harbour", "1", "2025-04-01")
    await hosting.meters.recorded("1", "10", used_on="2025-04-15")
    await hosting.meters.recorded("2", "99", used_on="2025-04-16")
    await hosting.meters.recorded("3", "1.5", "Water", used_on="2025-04-17")
    await hosting.retire("2025-04-16")
    made = await hosting.run()
    assert await hosting.lines() == [("BASE", "0.5", "30.00"), ("GB", "10", "1.00"), ("SEAT", "0.5", "15.00")]
    reason = "used after it ended on 2025-04-16: 100.5 gb by 2 consumers"
    assert made["uncharged"] == [{"cost_object_code": "HOSTING", "reason": reason}]
    may = await hosting.run(starts_on="2025-05-01", ends_on="2025-06-01")
    assert (may["total"], may["uncharged"][0]["reason"]) == ("0", "ended on 2025-04-16")


async def test_what_has_no_price_is_said_and_not_dropped(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-11")
    await hosting.meters.recorded("1", "5", used_on="2025-04-10")
    await hosting.meters.recorded("2", "5", used_on="2025-04-11")
    await hosting.meters.recorded("3", "2.50", used_on="2025-04-11", meter="calls")
    await hosting.subscribe("Water", "2", "2025-04-01", "2025-04-11")
    made = await hosting.run()
    assert (made["total"], [each["reason"] for each in made["uncharged"]]) == (
        "0.50",
        [
            "no price for what was used: 2.5 calls by 1 consumer",
            "no price version in force in [2025-04-01, 2025-04-11): 20 subscribed days by 1 consumer",
            "no price version in force in [2025-04-01, 2025-04-11): 5 gb by 1 consumer",
        ],
    )


async def test_more_taken_back_than_used_is_said_and_not_priced(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01")
    await hosting.meters.recorded("1", "5", used_on="2025-04-10")
    await hosting.meters.recorded("2", "-3", used_on="2025-05-10", corrects="1")
    made = await hosting.run(**SPRING)
    assert made["total"] == "0.50"
    assert [each["reason"] for each in made["uncharged"]] == ["more was taken back than used: -3 gb by 1 consumer"]


async def test_percentages_are_of_what_else_is_charged(hosting: PricedService) -> None:
    await hosting.prices.published(
        "2025-04-01",
        item(price={**PER_GB, "unit_price": "0.333"}),
        SEAT,
        item("CARE", meter=None, price={"model": "percentage", "percent": "10"}),
        item("LESS", meter=None, price={"model": "percentage", "percent": "-50", "of": ["SEAT"]}, maximum="10"),
    )
    await hosting.meters.recorded("1", "1")
    await hosting.subscribe("Harbour", "1", "2025-04-01")
    await hosting.run()
    assert await hosting.lines() == [
        ("CARE", "30.33", "3.03"),
        ("GB", "1", "0.33"),
        ("LESS", "30", "-10.00"),
        ("SEAT", "1", "30.00"),
    ]
    (fact,) = await hosting.books.finance.announced("finance.charge-issued.v1")
    assert [(each["cost_object_code"], each["amount"]) for each in fact.data["services"]] == [("HOSTING", "23.36")]


async def test_cost_plus_is_on_the_unit_cost_of_the_allocation_run(books: Books) -> None:
    pool = {"code": "all", "sources": {"codes": ["MAIL"]}, "targets": {"codes": ["HOSTING"]}, "by": "even"}
    await books.make(
        "/v1/allocation-models", {"code": "m", "name": "M", "effective_from": "2025-04-01", "pools": [pool]}
    )
    hosting = await PricedService.launched(books, allocation_model="m")
    await hosting.prices.published("2025-04-01", item(price={"model": "cost_plus", "markup_percent": "10"}))
    await hosting.meters.recorded("1", "1")
    await hosting.meters.recorded("2", "2", "Water")
    await books.post(entry("host", lines=[line("5200", "60.00", cost_object="HOSTING"), line("2000", "-60.00")]))
    await books.post(entry("mail", "40.00"))
    refused = await books.client.post("/v1/charge-runs", json={"plan": "hosting", **APRIL})
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.charge-run.not-allocated")
    run = await books.make("/v1/allocation-runs", {"model": "m", **APRIL})
    assert (await hosting.run())["allocation_run_id"] == run["id"]
    assert await hosting.lines() == [("GB", "1", "36.67")]  # a third of 100, and 10 % of that
    assert await hosting.lines("Water") == [("GB", "2", "73.33")]
    (told,) = await hosting.explained()
    assert (told["rating"]["cost"], told["rating"]["cost_quantity"], told["exact"]) == (
        "100.00",
        "3",
        "36.666666666666",
    )
    assert [step["rule"] for step in told["rating"]["steps"]] == ["unit_cost", "markup", "rounding"]


async def test_cost_plus_without_a_model_or_in_another_currency_is_not_guessed(books: Books) -> None:
    hosting = await PricedService.launched(books)
    await hosting.prices.published("2025-04-01", item(price={"model": "cost_plus", "markup_percent": "10"}))
    await hosting.meters.recorded("1", "1")
    (left,) = (await hosting.run())["uncharged"]
    assert left["reason"] == "cost-plus needs an allocation model, which the plan does not name"
    pool = {"code": "all", "sources": {"codes": ["MAIL"]}, "targets": {"codes": ["HOSTING"]}, "by": "even"}
    await books.make(
        "/v1/allocation-models", {"code": "m", "name": "M", "effective_from": "2025-04-01", "pools": [pool]}
    )
    foreign = await hosting.prices.opened(books, "dollars", "USD")
    await foreign.published("2025-04-01", item(price={"model": "cost_plus", "markup_percent": "10"}))
    await books.make("/v1/charge-plans", {**PLAN, "code": "usd", "price_book": "dollars", "allocation_model": "m"})
    refused = await books.client.post("/v1/charge-runs", json={"plan": "usd", **APRIL})
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.charge-run.currency-differs")


async def test_a_price_list_in_another_currency_is_charged_in_that(hosting: PricedService) -> None:
    foreign = await hosting.prices.opened(hosting.books, "yen", "JPY")
    await foreign.published("2025-04-01", item(price={**PER_GB, "unit_price": "1.5"}))
    await hosting.books.make("/v1/charge-plans", {**PLAN, "code": "yen", "price_book": "yen"})
    await hosting.meters.recorded("1", "3")
    made = await hosting.run(plan="yen")
    assert (made["currency"], made["total"]) == ("JPY", "5")


async def test_use_of_a_merged_customer_is_charged_to_whom_it_was_merged_into(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01", item(price={"model": "package", "size": "10", "price": "1"}), SEAT)
    await hosting.meters.recorded("1", "6")
    await hosting.meters.recorded("2", "4", "Water")
    await hosting.subscribe("Water", "1", "2025-04-01")
    await hosting.meters.merge("Water", into="Harbour")
    await hosting.run()
    assert await hosting.lines() == [("GB", "10", "1.00"), ("SEAT", "1", "30.00")]


async def test_a_priced_line_is_explained_by_version_use_and_steps(hosting: PricedService) -> None:
    version = await hosting.prices.published(
        "2025-04-11", item(included="3", price={**PER_GB, "unit_price": "0.0333"}), BASE
    )
    await hosting.meters.recorded("1", "10", used_on="2025-04-12")
    await hosting.meters.recorded("2", "2.5", used_on="2025-04-13")
    await hosting.subscribe("Harbour", "1", "2025-04-01", "2025-04-21")
    await hosting.run()
    base, gb = await hosting.explained()
    assert (gb["price_version_id"], gb["price_book_code"], gb["price_version_number"]) == (version["id"], "standard", 1)
    assert (gb["starts_on"], gb["ends_on"], gb["terms"]["included"]) == ("2025-04-11", "2025-05-01", "3")
    rating = gb["rating"]
    assert (rating["counted"], rating["meter"], rating["records"]) == ("usage", "gb", 2)
    assert (rating["days"], rating["period_days"]) == (20, 30)
    # 20 of 30 days include 2; 10.5 are left.
    assert [(step["rule"], step["quantity"], step["price"]) for step in rating["steps"]] == [
        ("included", "2", None),
        ("unit", "10.5", "0.0333"),
        ("rounding", None, None),
    ]
    assert (gb["exact"], gb["amount"]) == ("0.34965", "0.35")
    assert gb["rounding"] == "half away from zero to the minor unit of the currency, once per line"
    assert (base["rating"]["quantity_days"], base["rating"]["days"], base["amount"]) == ("10", 10, "20.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"price_book": None},
        {"basis": "gross"},
        {"driver": "headcount"},
        {"basis": "gross", "price_book": None, "allocation_model": "m"},
    ],
)
async def test_a_plan_on_prices_names_a_book_and_no_driver(hosting: PricedService, changes: dict[str, Any]) -> None:
    answer = await hosting.books.client.post("/v1/charge-plans", json={**PLAN, "code": "x", **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_an_amount_that_no_charge_can_state_stops_the_run(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01", item(price={**PER_GB, "unit_price": "999999999999"}))
    await hosting.meters.recorded("1", "999999999999")
    answer = await hosting.books.client.post("/v1/charge-runs", json={"plan": "hosting", **APRIL})
    assert (answer.status_code, answer.json()["code"]) == (422, "finance.price-book.amount-too-large")
