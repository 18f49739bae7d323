"""Allocation runs on real books."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests.finance.books import Books, entry, line

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
POOL = {
    "code": "overhead",
    "sources": {"codes": ["ADMIN"]},
    "targets": {"codes": ["HOSTING", "MAIL"]},
    "driver": "fte",
}


@pytest.fixture
async def costed(books: Books) -> Books:
    """ADMIN cost 100.00 and MAIL 40.00; MAIL has one person, HOSTING two."""
    await books.make("/v1/cost-objects", {"code": "ADMIN", "name": "Administration", "kind": "cost_center"})
    await books.make("/v1/drivers", {"code": "fte", "name": "Staff", "unit": "full-time equivalents"})
    rows = "driver,cost_object,valid_from,quantity\nfte,MAIL,2025-04-01,1\nfte,HOSTING,2025-04-01,2\n"
    answer = await books.client.post("/v1/driver-quantity-imports", content=rows, headers={"Content-Type": "text/csv"})
    assert answer.json()["created"] == 2, answer.text
    admin = [line("5100", "100.00", cost_object="ADMIN"), line("2000", "-100.00")]
    assert (await books.post(entry("admin", lines=admin))).status_code == 201
    assert (await books.post(entry("mail", "40.00"))).status_code == 201
    await books.make(
        "/v1/allocation-models",
        {"code": "full-cost", "name": "Full cost", "effective_from": "2025-04-01", "pools": [POOL]},
    )
    return books


async def run(books: Books, **changes: Any) -> dict[str, Any]:
    return await books.make("/v1/allocation-runs", {"model": "full-cost", **YEAR, **changes})


async def objects(books: Books, made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = await books.client.get(f"/v1/allocation-runs/{made['id']}/objects")
    return {row["cost_object_code"]: row for row in answer.json()["items"]}


async def test_overhead_is_carried_to_those_it_serves_and_nothing_is_lost(costed: Books) -> None:
    made = await run(costed)
    assert (made["cost_in"], made["allocated"], made["unallocated"]) == ("100.00", "100.00", "0.00")
    rows = await objects(costed, made)
    assert {code: row["full"] for code, row in rows.items()} == {"ADMIN": "0.00", "MAIL": "73.33", "HOSTING": "66.67"}
    assert sum(Decimal(row["full"]) for row in rows.values()) == Decimal("140.00")


async def test_a_completed_run_is_announced_with_the_full_cost_of_every_object(costed: Books) -> None:
    made = await run(costed)
    (fact,) = await costed.finance.announced("finance.allocation-completed.v1")
    assert fact.data["allocation_run_id"] == made["id"]
    assert fact.subject == made["id"]
    assert {row["cost_object_code"]: row["full"] for row in fact.data["objects"]} == {
        "ADMIN": "0.00",
        "MAIL": "73.33",
        "HOSTING": "66.67",
    }


async def test_a_later_run_of_the_same_range_replaces_the_earlier_one_as_a_whole(costed: Books) -> None:
    first = await run(costed)
    admin = [line("5100", "20.00", cost_object="ADMIN"), line("2000", "-20.00")]
    await costed.post(entry("more", lines=admin))
    second = await run(costed)
    assert second["cost_in"] == "120.00"
    listed = (await costed.client.get("/v1/allocation-runs")).json()["items"]
    assert [each["id"] for each in listed] == [second["id"]]
    assert (await costed.client.get(f"/v1/allocation-runs/{first['id']}")).json()["replaced_at"]


async def test_of_runs_at_the_same_moment_one_stays_current(costed: Books) -> None:
    await asyncio.gather(*(run(costed) for _ in range(5)))
    current = (await costed.client.get("/v1/allocation-runs")).json()["items"]
    every = (await costed.client.get("/v1/allocation-runs?current=false")).json()["items"]
    assert (len(current), len(every)) == (1, 5)


async def test_cost_without_a_driver_stays_visible_as_unallocated(costed: Books) -> None:
    made = await run(costed, starts_on="2025-04-01", ends_on="2025-05-01")
    assert made["unallocated"] == "0.00"
    await costed.make("/v1/drivers", {"code": "empty", "name": "Nobody measured it", "unit": "each"})
    model = (await costed.client.get("/v1/allocation-models")).json()["items"][0]
    answer = await costed.client.post(
        f"/v1/allocation-models/{model['id']}/revisions",
        json={"effective_from": "2025-04-01", "pools": [{**POOL, "driver": "empty"}]},
        headers={"If-Match": f'"{model["version"]}"'},
    )
    assert answer.status_code == 201, answer.text
    made = await run(costed)
    assert (made["allocated"], made["unallocated"], made["revision"]) == ("0.00", "100.00", 2)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"model": "nothing"}, 404, "finance.allocation-model.unknown"),
        ({"starts_on": "2025-04-02"}, 422, "finance.ledger.not-whole-periods"),
        ({"starts_on": "2024-04-01"}, 422, "finance.ledger.not-whole-periods"),
        ({"ends_on": "2025-04-01"}, 422, "finance.ledger.not-whole-periods"),
        ({"ends_on": "2026-04-31"}, 422, "request.invalid"),
    ],
)
async def test_a_run_that_makes_no_sense_is_refused(
    costed: Books, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await costed.client.post("/v1/allocation-runs", json={"model": "full-cost", **YEAR, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_model_needs_drivers_that_exist_and_pools_with_codes_of_their_own(books: Books) -> None:
    model = {"code": "m", "name": "M", "effective_from": "2025-04-01", "pools": [POOL]}
    answer = await books.client.post("/v1/allocation-models", json=model)
    assert answer.json()["code"] == "finance.driver.unknown"
    answer = await books.client.post("/v1/allocation-models", json={**model, "pools": [POOL, POOL]})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
