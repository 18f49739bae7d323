"""What quantities would cost on a day, step by step; and real rates with their worked charges."""

import csv
import json
from collections import defaultdict
from typing import Any

import pytest

from tests.chassis.numbers import public
from tests.finance.books import Books
from tests.finance.price_book.price_lists import PER_GB, PriceList, item


def lines(preview: dict[str, Any]) -> dict[str, str]:
    return {line["item_code"]: line["amount"] for line in preview["lines"]}


async def test_a_preview_shows_lines_with_their_steps_and_keeps_nothing(prices: PriceList) -> None:
    fee = item("FEE", meter=None, price={"model": "flat", "amount": "30"})
    extra = item("CARE", meter=None, price={"model": "percentage", "percent": "10"})
    await prices.published("2025-04-01", item(included="5", price={**PER_GB, "unit_price": "0.125"}), fee, extra)
    quantities = [
        {"item": "GB", "quantity": "8"},
        {"item": "FEE", "quantity": "1", "days": 15, "period_days": 30},
    ]
    shown = (await prices.preview(quantities=quantities)).json()
    assert lines(shown) == {"GB": "0.38", "FEE": "15.00", "CARE": "1.54"}
    assert (shown["total"], shown["currency"], shown["number"]) == ("16.92", "CAD", 1)
    assert [(step["rule"], step["amount"]) for step in shown["lines"][0]["steps"]] == [
        ("included", "0"),
        ("unit", "0.375"),
        ("rounding", "0.005"),
    ]
    assert await prices.books.finance.announced("finance.charge-issued.v1") == []


async def test_a_draft_can_be_tried_before_anybody_publishes_it(prices: PriceList) -> None:
    draft = await prices.draft("2027-01-01", item(price={**PER_GB, "unit_price": "7"}))
    asked = [{"item": "GB", "quantity": "2"}]
    assert (await prices.preview(quantities=asked)).json()["code"] == "finance.price-book.not-in-force"
    assert (await prices.preview(price_version_id=draft["id"], quantities=asked)).json()["total"] == "14.00"
    other = await PriceList.opened(prices.books, "other")
    foreign = await prices.preview(price_version_id=(await other.draft("2027-01-01"))["id"], quantities=asked)
    assert foreign.status_code == 404


async def test_what_cannot_be_priced_says_why(prices: PriceList) -> None:
    cost = item("C", "MAIL", price={"model": "cost_plus", "markup_percent": "10"})
    dear = item("D", price={**PER_GB, "unit_price": "999999999999"})
    await prices.published("2025-04-01", item(), cost, dear)
    for quantity, code in (
        ({"item": "NOTHING", "quantity": "1"}, "finance.price-book.unknown-item"),
        ({"item": "C", "quantity": "1"}, "finance.price-book.unit-cost-missing"),
        ({"item": "D", "quantity": "99999999999999999999"}, "finance.price-book.amount-too-large"),
        ({"item": "GB", "quantity": "-1"}, "request.invalid"),
        ({"item": "GB", "quantity": "1", "days": 2}, "request.invalid"),
    ):
        answer = await prices.preview(quantities=[quantity])
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    priced = await prices.preview(quantities=[{"item": "C", "quantity": "3", "unit_cost": "1.5"}])
    assert priced.json()["total"] == "4.95"
    unknown = await prices.client.post(
        "/v1/price-previews", json={"price_book": "none", "quantities": [{"item": "X", "quantity": "1"}]}
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "finance.price-book.unknown")


@pytest.fixture
async def cloud(books: Books) -> PriceList:
    """The dated rates of a research cloud, one version per month in which one of them changes."""
    await books.make("/v1/cost-objects", {"code": "CLOUD", "name": "Research cloud", "kind": "service"})
    rates: dict[str, list[tuple[str, str | None, str]]] = defaultdict(list)
    with public("research-cloud-rates/rates_flat.csv").open() as file:
        for row in csv.DictReader(file):
            if row["name"].endswith(" Rate"):
                until = row["valid_until_month"] or None
                rates[row["name"].removesuffix(" Rate")].append((row["valid_from_month"], until, row["value"]))
    months = sorted({month for history in rates.values() for month, _, _ in history})
    prices = await PriceList.opened(books, currency="USD")
    for month, following in zip(months, [*months[1:], None], strict=True):
        held = {
            name: value
            for name, history in rates.items()
            for first, last, value in history
            if first <= month and (last is None or month <= last)
        }
        items = [rate_item(name, value) for name, value in held.items()]
        await prices.published(f"{month}-01", *items, ends_on=following and f"{following}-01")
    assert len(months) == 6
    return prices


def rate_item(name: str, value: str) -> dict[str, Any]:
    """Hours are charged whole: packages of one."""
    price = {"model": "package", "size": "1", "price": value}
    if "Storage" in name:
        price = {"model": "per_unit", "unit_price": value}
    return item(name.replace(" ", "-"), "CLOUD", meter="hours", price=price)


async def test_real_rates_give_the_worked_charges(cloud: PriceList) -> None:
    cases = {
        case["id"]: case
        for case in json.loads(public("research-cloud-rates/pricing_worked_examples.json").read_text())["cases"]
    }
    assert len(cases) == 8

    async def charge(on: str, name: str, quantity: str) -> str:
        shown = await cloud.preview(as_of=on, quantities=[{"item": name, "quantity": quantity}])
        total: str = shown.json()["total"]
        return total

    def expected(id: str) -> Any:
        found = cases[id]["expected"]
        return found.get("charge_usd") or found.get("charges_usd")

    assert await charge("2024-03-01", "GPUA100-SU", "199.2") == expected("gpu_1xA100_199.2h")
    assert await charge("2024-03-01", "CPU-SU", str(5 * 720)) == expected("vm_3vcpu_20gib_720h")
    assert await charge("2024-03-01", "CPU-SU", "3600") == expected("openshift_three_pods_720h")
    # 0.009 a TiB-hour is 0.0000087890625 a GiB-hour, of which a TiB has 1024; hours are counted whole by the meter.
    assert await charge("2024-06-01", "NESE-Storage-GB", str(512 * 700)) == expected("storage_500gib_699.2h")
    assert await charge("2024-06-01", "NESE-Storage-GB", str(10_240 * 720)) == expected("storage_10tib_720h")
    months = cases["effective_dating_H100"]["inputs"]["months"]
    charged = [await charge(f"{month}-15", "GPUH100-SU", "100") for month in months]
    assert charged == expected("effective_dating_H100")


async def test_credits_of_the_worked_examples_are_bounded_discounts(prices: PriceList) -> None:
    credit = {"model": "percentage", "percent": "-100", "of": ["CPU"]}
    prepaid = {"model": "percentage", "percent": "-100", "of": ["INVOICE"]}
    one = {**PER_GB, "unit_price": "1"}
    await prices.published(
        "2025-04-01",
        item("CPU", price=one),
        item("GPU", price=one),
        item("CREDIT", meter=None, price=credit, maximum="1000"),
        item("INVOICE", "MAIL", price=one),
        item("PREPAID", "MAIL", meter=None, price=prepaid, maximum="1500"),
    )
    quantities = [{"item": "CPU", "quantity": "1400.00"}, {"item": "GPU", "quantity": "500.00"}]
    first_month = (await prices.preview(quantities=quantities)).json()
    assert (lines(first_month)["CREDIT"], first_month["total"]) == ("-1000.00", "900.00")
    drawn = (await prices.preview(quantities=[{"item": "INVOICE", "quantity": "1000"}])).json()
    assert (lines(drawn)["PREPAID"], drawn["total"]) == ("-1000.00", "0.00")
