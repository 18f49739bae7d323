"""What each consumer costs: its shares of all services, by allocation and by charges, and per head."""

import csv
import os
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.finance.allocation_run.test_shared_services import YEAR as REAL_YEAR
from tests.finance.allocation_run.test_shared_services import expected
from tests.finance.allocation_run.towers import CONSUMERS, SERVICES, TOWERS, run, spend
from tests.finance.books import Books
from tests.finance.charge_run.test_charge_run import customer, launched
from tests.finance.report.reading import YEAR, follow, in_each_form, read, refused, total

DATA = os.environ.get("STEWARD_DATA")
CHARGED = ("BYE01", "BYE04", "BYE05")


def shares(report: dict[str, Any], *columns: str) -> list[Any]:
    return [tuple(row[name] for name in ("consumer", "cost_object", *columns)) for row in report["rows"]]


def sole(source: str, *consumers: str) -> dict[str, Any]:
    parts = dict.fromkeys(consumers, "1")
    targets = {"consumers": list(consumers)}
    return {"code": source.lower(), "sources": {"codes": [source]}, "targets": targets, "by": "fixed", "parts": parts}


async def test_a_consumer_costs_its_shares_of_all_services_and_that_per_head(towers: Books) -> None:
    """IT's 900 evenly to Water and Harbour, LAB's 40 to Water; Water has 3 people, Harbour 2."""
    await run(
        towers, {"code": "all", "method": "direct", "pools": [sole("IT", "water", "harbour"), sole("LAB", "water")]}
    )
    report = await read(towers, "cost-to-serve", model="tbm")
    assert report["driver"] == "headcount"
    assert shares(report, "served_by", "amount", "heads", "per_head") == [
        ("harbour", "IT", "allocation", "450.00", "2", "225.000000000000"),
        ("harbour", None, None, "450.00", "2", "225.000000000000"),
        ("water", "IT", "allocation", "450.00", "3", "150.000000000000"),
        ("water", "LAB", "allocation", "40.00", "3", "13.333333333333"),
        ("water", None, None, "490.00", "3", "163.333333333333"),
    ]


async def test_what_a_pool_of_several_services_gave_is_told_apart_and_adds_up_to_the_last_digit(towers: Books) -> None:
    """Thirds of 940, of which 900 are IT's and 40 LAB's."""
    both = {**sole("IT", "water", "harbour", "transit"), "sources": {"codes": ["IT", "LAB"]}}
    path = await run(towers, {"code": "all", "method": "direct", "pools": [both]})
    report = await read(towers, "cost-to-serve", model="tbm")
    for code, cost in (("IT", 900), ("LAB", 40)):
        assert abs(total([row for row in report["rows"] if row["cost_object"] == code]) - cost) < Decimal("1e-11")
    lines = (await towers.client.get(f"{path}/consumer-lines")).json()["items"]
    whole = {row["consumer"]: Decimal(row["amount"]) for row in report["rows"] if row["cost_object"] is None}
    assert whole == {line["consumer_code"]: Decimal(line["amount"]) for line in lines}


async def test_charges_say_what_consumers_bear_where_a_plan_is_named(towers: Books) -> None:
    await launched(towers.finance, "MAIL")
    await spend(towers, "mail", "5200", "MAIL", "100.00")
    plan = {"code": "mail", "name": "Mail", "cost_objects": {"codes": ["MAIL"]}, "driver": "headcount"}
    await towers.make("/v1/charge-plans", plan)
    await towers.make("/v1/charge-runs", {"plan": "mail", **YEAR})
    report = await read(towers, "cost-to-serve", charge_plan="mail", consumer="water")
    assert shares(report, "served_by", "amount", "per_head") == [
        ("water", "MAIL", "charge", "50.00", "16.666666666667"),
        ("water", None, None, "50.00", "16.666666666667"),
    ]
    await run(towers, {"code": "all", "method": "direct", "pools": [sole("LAB", "water")]})
    together = await read(towers, "cost-to-serve", charge_plan="mail", model="tbm", consumer="water")
    assert shares(together, "amount")[-1] == ("water", None, "90.00")


async def test_a_merged_consumer_costs_what_its_survivor_does(towers: Books) -> None:
    await run(towers, {"code": "all", "method": "direct", "pools": [sole("IT", "water", "harbour")]})
    found = (await towers.client.get("/v1/consumers")).json()["items"]
    ids = {each["code"]: each["id"] for each in found}
    merged = {"merged_id": ids["harbour"], "survivor_id": ids["water"]}
    await towers.finance.deliver("strategy.customers-merged.v1", merged, subject=UUID(ids["harbour"]))
    assert shares(await read(towers, "cost-to-serve", model="tbm"), "amount") == [
        ("water", "IT", "900.00"),
        ("water", None, "900.00"),
    ]


async def test_without_heads_nothing_is_said_per_head(towers: Books) -> None:
    await customer(towers.finance, "Museum")
    await run(towers, {"code": "all", "method": "direct", "pools": [sole("IT", "museum")]})
    report = await read(towers, "cost-to-serve", model="tbm")
    assert shares(report, "heads", "per_head")[-1] == ("museum", None, None, None)
    by_traffic = await read(towers, "cost-to-serve", model="tbm", driver="traffic")
    assert by_traffic["driver"] == "traffic"


async def test_a_caller_of_one_unit_sees_only_that_unit(towers: Books) -> None:
    await run(towers, {"code": "all", "method": "direct", "pools": [sole("IT", "water", "harbour")]})
    found = (await towers.client.get("/v1/consumers?code=harbour")).json()["items"]
    async with towers.finance.as_caller("finance:report:read", unit=UUID(found[0]["id"])) as harbour:
        report = (await harbour.get("/v1/cost-to-serve", params={**YEAR, "model": "tbm"})).json()
    assert {row["consumer"] for row in report["rows"]} == {"harbour"}


async def test_figures_lead_to_the_shares_and_pages_to_the_next_one(towers: Books) -> None:
    await run(towers, TOWERS, SERVICES, CONSUMERS)
    rows = await in_each_form(towers, "cost-to-serve", "rows", model="tbm")
    found = await follow(towers, "cost-to-serve", [row["explain"] for row in rows])
    for row in rows:
        if row["cost_object"] is None:
            assert total(found[row["explain"]]["items"]) == Decimal(row["amount"])
    first = await read(towers, "cost-to-serve", model="tbm", limit=1, include="total")
    assert ({row["consumer"] for row in first["rows"]}, first["total"]) == ({"harbour"}, 3)
    second = await read(towers, "cost-to-serve", model="tbm", limit=1, include="total", cursor=first["next_cursor"])
    assert {row["consumer"] for row in second["rows"]} == {"transit"}


async def test_it_takes_a_model_or_a_plan_that_was_run(towers: Books) -> None:
    assert await refused(towers, "cost-to-serve") == "request.invalid"
    await towers.make(
        "/v1/allocation-models", {"code": "tbm", "name": "T", "effective_from": "2025-04-01", "layers": [TOWERS]}
    )
    assert await refused(towers, "cost-to-serve", model="tbm") == "finance.report.not-run"


@pytest.mark.skipif(not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against a real provider's charges")
async def test_real_departments_cost_what_was_published_for_three_programs_together(provider: Books) -> None:
    """The gross cost of each program by headcount: 92 departments, each to the cent, and what a head costs."""
    for code in CHARGED:
        await launched(provider.finance, code)
    charges = {code: published(code) for code in CHARGED}
    for number, (name, headcount, _) in enumerate(charges[CHARGED[0]]):
        id = await customer(provider.finance, name, code=f"D{number}")
        sized = {"customer_id": id, "measure": "headcount", "quantity": headcount, "valid_from": "2023-04-01"}
        await provider.finance.deliver("strategy.customer-sized.v1", sized, subject=UUID(id))
    plan = {"code": "heads", "name": "By headcount", "driver": "headcount", "cost_objects": {"codes": list(CHARGED)}}
    await provider.make("/v1/charge-plans", plan)
    await provider.make("/v1/charge-runs", {"plan": "heads", **REAL_YEAR})
    rows = (await read(provider, "cost-to-serve", charge_plan="heads", limit=500, **REAL_YEAR))["rows"]
    for code, departments in charges.items():
        told = {row["name"]: Decimal(row["amount"]) for row in rows if row["cost_object"] == code}
        assert told == {name: Decimal(amount) for name, _, amount in departments}
    whole = [row for row in rows if row["cost_object"] is None]
    gross = expected()["full_cost_2023_24"]["gross"]
    assert total(whole) == sum(Decimal(gross[code]) for code in CHARGED)
    (revenue,) = [row for row in whole if row["name"] == "Canada Revenue Agency"]
    each = expected()["charge_by_headcount_2023_24"]["programs"]
    a_head = sum(Decimal(each[code]["cost_per_head"]) for code in CHARGED)
    assert abs(Decimal(revenue["per_head"]) - a_head) < Decimal("0.001")


def published(code: str) -> list[tuple[str, str, str]]:
    """Name, headcount and charge of each department."""
    file = Path(DATA or "") / "shared-services-canada" / f"oracle_charge_{code}_2023_24_by_headcount.csv"
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return [(row["department"], row["headcount"], row["amount_cad"]) for row in csv.DictReader(rows)]
