"""A run can be seen before it is made: what it would charge, and what that changes for whom."""

import asyncio
from typing import Any

from sqlalchemy import event

from tests.finance.books import Books, entry
from tests.finance.charge_run.priced import APRIL, PricedService
from tests.finance.price_book.price_lists import PER_GB, item


def dearer(price: str = "0.30") -> dict[str, object]:
    return item(price={**PER_GB, "unit_price": price})


async def test_a_preview_shows_the_difference_to_the_current_run_and_keeps_nothing(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01")
    await hosting.meters.recorded("1", "10")
    await hosting.meters.recorded("2", "20", "Water")
    first = await hosting.previewed()
    assert (first["total"], first["replaces_run_id"], first["changed"], first["line_count"]) == ("3.00", None, 2, 2)
    made = await hosting.run()
    await hosting.meters.recorded("3", "5")
    again = await hosting.previewed()
    assert (again["total"], again["replaces_run_id"], again["replaces_total"]) == ("3.50", made["id"], "3.00")
    (change,) = again["changes"]
    assert (change["consumer_name"], change["cost_object_code"]) == ("Harbour", "HOSTING")
    assert (change["before"], change["now"], change["difference"]) == ("1.00", "1.50", "0.50")
    assert (await hosting.charge())["total"] == "1.00"
    assert len(await hosting.books.finance.announced("finance.charge-issued.v1")) == 2


async def test_a_price_change_in_the_past_is_previewed_as_a_draft_and_takes_effect_by_running_again(
    hosting: PricedService,
) -> None:
    await hosting.prices.published("2025-04-01")
    await hosting.meters.recorded("1", "10", used_on="2025-04-10")
    await hosting.meters.recorded("2", "10", used_on="2025-04-20")
    first = await hosting.run()
    draft = await hosting.prices.draft("2025-04-16", dearer())
    shown = await hosting.previewed(price_version_id=draft["id"])
    assert (shown["total"], shown["changes"][0]["difference"]) == ("4.00", "2.00")
    assert (await hosting.previewed())["changed"] == 0
    await hosting.prices.publish(draft, supersede=True, reason="Agreed in June")
    second = await hosting.run()
    assert second["total"] == "4.00"
    assert await hosting.lines() == [("GB", "10", "1.00"), ("GB", "10", "3.00")]
    facts = await hosting.books.finance.announced("finance.charge-issued.v1")
    assert [fact.data["replaces_charge_run_id"] for fact in facts] == [None, first["id"]]


async def test_what_a_run_said_stays_explained_after_its_prices_were_superseded(hosting: PricedService) -> None:
    old = await hosting.prices.published("2025-04-01")
    await hosting.meters.recorded("1", "10")
    await hosting.run()
    await hosting.prices.publish(await hosting.prices.draft("2025-04-01", dearer()), supersede=True, reason="Agreed")
    (told,) = await hosting.explained()
    assert (told["price_version_id"], told["amount"]) == (old["id"], "1.00")
    assert (await hosting.previewed())["total"] == "3.00"


async def test_only_a_draft_of_the_plans_book_can_be_previewed(hosting: PricedService) -> None:
    published = await hosting.prices.published("2025-04-01", ends_on="2025-05-01")
    other = await (await hosting.prices.opened(hosting.books, "other")).draft("2025-04-01")
    for version in (published, other):
        body = {"plan": "hosting", **APRIL, "price_version_id": version["id"]}
        refused = await hosting.books.client.post("/v1/charge-run-previews", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "finance.price-book.not-a-draft")
    within = await hosting.prices.draft("2025-04-10", ends_on="2025-04-20")
    body = {"plan": "hosting", **APRIL, "price_version_id": within["id"]}
    refused = await hosting.books.client.post("/v1/charge-run-previews", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.price-book.cannot-supersede")


async def test_runs_at_once_leave_one_that_is_current(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01")
    await hosting.meters.recorded("1", "10")
    await asyncio.gather(*(hosting.run() for _ in range(3)))
    assert (await hosting.charge())["total"] == "1.00"


async def test_shares_of_a_cost_can_be_previewed_too(books: Books) -> None:
    hosting = await PricedService.launched(books)
    await hosting.subscribe("Harbour", "1", "2025-04-01")
    await books.make("/v1/charge-plans", {"code": "cost", "name": "At cost", "cost_objects": {"codes": ["HOSTING"]}})
    spent = entry("host")
    spent["lines"][0]["cost_object"] = "HOSTING"
    await books.post(spent)
    shown = await hosting.previewed(plan="cost")
    assert (shown["basis"], shown["total"], shown["changes"][0]["now"]) == ("gross", "100.00", "100.00")
    draft = await hosting.prices.draft("2025-04-01")
    body = {"plan": "cost", **APRIL, "price_version_id": draft["id"]}
    refused = await books.client.post("/v1/charge-run-previews", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.price-book.not-a-draft")


async def test_many_consumers_take_as_many_statements_as_one(hosting: PricedService) -> None:
    await hosting.prices.published("2025-04-01", item(), item("SEAT", meter=None))
    few = await statements_of_a_preview(hosting)
    names = [f"Unit {number}" for number in range(30)]
    for name in names:
        await hosting.subscribe_new(name)
    rows = "".join(f"m,{name} {n},{name},HOSTING,gb,1,2025-04-{n + 1:02},\n" for name in names for n in range(5))
    assert (await hosting.meters.imported(rows))["created"] == 150
    assert await statements_of_a_preview(hosting, total="18.00") == few


async def statements_of_a_preview(hosting: PricedService, total: str = "0") -> int:
    counted: list[str] = []

    def count(*said: Any) -> None:
        counted.append(said[2])

    engine = hosting.books.finance.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert (await hosting.previewed())["total"] == total
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)
