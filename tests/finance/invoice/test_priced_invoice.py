"""What is charged by prices is billed item by item; a price changed in the past becomes a correction of its item."""

from typing import Any

import pytest

from tests.finance.billing import TERMS, Billing
from tests.finance.books import Books
from tests.finance.charge_run.priced import PricedService
from tests.finance.price_book.price_lists import PER_GB, item

DISK = item("DISK", meter="tb", price={**PER_GB, "unit_price": "5"})


@pytest.fixture
async def hosting(books: Books) -> PricedService:
    """10 GB and 2 TB of Harbour in April, at 0.10 and 5.00."""
    for code, kind in (("1200", "asset"), ("4100", "income")):
        await books.make("/v1/accounts", {"code": code, "name": code, "type": kind, "nature": None})
    await books.make("/v1/billing-profiles", TERMS)
    hosting = await PricedService.launched(books)
    await hosting.prices.published("2025-04-01", item(), DISK)
    await hosting.meters.recorded("1", "10", used_on="2025-04-15")
    await hosting.meters.recorded("2", "2", used_on="2025-04-20", meter="tb")
    await hosting.run()
    return hosting


async def billed(hosting: PricedService) -> dict[str, Any]:
    """The newest invoice of Harbour, final."""
    billing = Billing(hosting.books, {"Harbour": hosting.meters.consumers["Harbour"]})
    await billing.draft("hosting")
    return await billing.finalized("Harbour")


def told(invoice: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    names = ("item_code", "quantity", "unit", "amount")
    return [tuple(line[name] for name in names) for line in invoice["lines"]]


async def test_an_invoice_has_a_line_per_item_and_posts_their_sum_on_the_service(hosting: PricedService) -> None:
    final = await billed(hosting)
    assert told(final) == [("DISK", "2", "tb", "10.00"), ("GB", "10", "gb", "1.00")]
    posted = await Billing(hosting.books).posted(final["entry_id"])
    assert posted == [("1200", "11.00", None), ("4100", "-11.00", "HOSTING")]


async def test_a_price_changed_in_the_past_is_billed_as_a_correction_of_its_item_alone(hosting: PricedService) -> None:
    first = await billed(hosting)
    draft = await hosting.prices.draft("2025-04-01", item(price={**PER_GB, "unit_price": "0.25"}), DISK)
    await hosting.prices.publish(draft, supersede=True)
    await hosting.run()
    second = await billed(hosting)
    assert told(second) == [("GB", "0", "gb", "1.50")]
    assert (second["lines"][0]["corrects_id"], second["total"]) == (first["id"], "1.50")


async def test_items_are_products_of_their_own_in_the_focus_export(hosting: PricedService) -> None:
    final = await billed(hosting)
    day = {"starts_on": "2026-01-01", "ends_on": "2026-02-01"}
    answer = await hosting.books.client.get("/v1/focus-charges", params=day, headers={"Accept": "application/x-ndjson"})
    rows = [line for line in answer.text.splitlines() if final["number"] in line]
    assert ['"HOSTING/DISK"' in rows[0], '"HOSTING/GB"' in rows[1]] == [True, True]
