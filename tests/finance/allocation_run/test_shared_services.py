"""A real provider's year: nine internal services carried to seven programs by three methods and two drivers."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis.money import rounded
from tests.finance.books import Books

DATA = os.environ.get("STEWARD_DATA")
PROVIDER = Path(DATA or "") / "shared-services-canada"
YEAR = {"starts_on": "2023-04-01", "ends_on": "2024-04-01"}
BY_SPEND = ("ISS05", "ISS09", "ISS0Z")
NATURES = range(1, 13)
HALF_A_CENT = Decimal("0.00500001")

pytestmark = pytest.mark.skipif(not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against a real provider's costs")


def expected() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((PROVIDER / "expected.json").read_text())
    return read


@pytest.fixture
async def provider(books: Books) -> Books:
    """The gross cost of 2023-24 by program and nature, and the staff of each program."""
    year = await books.make("/v1/fiscal-years", {"code": "2023-24", "starts_on": YEAR["starts_on"]})
    await books.client.post(f"/v1/fiscal-years/{year['id']}/opening")
    told = expected()["full_cost_2023_24"]
    for code in told["gross"]:
        kind = "cost_center" if code.startswith("ISS") else "program"
        await books.make("/v1/cost-objects", {"code": code, "name": code, "kind": kind})
    for nature in NATURES:
        account = {"code": f"SO{nature}", "name": f"Object {nature}", "type": "expense", "nature": str(nature)}
        await books.make("/v1/accounts", account)
    await books.make("/v1/drivers", {"code": "fte", "name": "Staff", "unit": "full-time equivalents"})
    await load(books, "/v1/cost-imports?source=accounts&period=2023-24&balancing_account=2000", costs(told["gross"]))
    quantities = [f"fte,{code},2023-04-01,{fte}" for code, fte in told["fte"].items()]
    await load(books, "/v1/driver-quantity-imports", ["driver,cost_object,valid_from,quantity", *quantities])
    return books


def costs(programs: dict[str, str]) -> list[str]:
    rows = ["posted_on,account,cost_object,amount,currency"]
    with (PROVIDER / "ssc_program_sobjs.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            cost, nature = row["pa_last_year_2"], int(float(row["so_num"]))
            if cost and nature in NATURES and row["activity_code"] in programs:
                amount = rounded(Decimal(cost), "CAD")
                rows.append(f"2024-03-31,SO{nature},{row['activity_code']},{amount},CAD")
    return rows


async def load(books: Books, path: str, rows: list[str]) -> None:
    answer = await books.client.post(path, content="\n".join(rows) + "\n", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rejected"] == 0, answer.text


def layer(method: str, order: list[str], *, two_drivers: bool) -> dict[str, Any]:
    everybody = {"kinds": ["cost_center", "program"]}
    by_spend = BY_SPEND if two_drivers else ()
    shared = {code: {"by": "spend"} if code in by_spend else {"driver": "fte"} for code in order}
    pools = [{"code": code, "sources": {"codes": [code]}, "targets": everybody, **shared[code]} for code in order]
    return {"code": "internal", "method": method, "pools": pools}


async def carried(books: Books, *layers: dict[str, Any]) -> dict[str, dict[str, Any]]:
    model = {"code": "full", "name": "Full cost of programs", "effective_from": "2023-04-01", "layers": list(layers)}
    await books.make("/v1/allocation-models", model)
    run = await books.make("/v1/allocation-runs", {"model": "full", **YEAR})
    assert (run["cost_in"], run["unallocated"]) == (run["allocated"], "0.00")
    answer = await books.client.get(f"/v1/allocation-runs/{run['id']}/objects?limit=100")
    return {row["cost_object_code"]: {**row, "run_id": run["id"]} for row in answer.json()["items"]}


def shown(rows: dict[str, dict[str, Any]], field: str, *codes: str) -> dict[str, Decimal]:
    """To the cent, each for itself, as the published figures are shown."""
    return {code: rounded(Decimal(rows[code][field]), "CAD") for code in codes}


def amounts(published: dict[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(amount) for code, amount in published.items()}


def adds_up(rows: dict[str, dict[str, Any]]) -> bool:
    total = Decimal(expected()["full_cost_2023_24"]["gross_total"])
    return sum(Decimal(row["full"]) for row in rows.values()) == total


@pytest.mark.parametrize("method", ["direct", "step_down", "reciprocal"])
async def test_seven_programs_cost_what_three_methods_say_by_two_drivers(provider: Books, method: str) -> None:
    order = expected()["full_cost_2023_24"]["step_down"]["order"]
    rows = await carried(provider, layer(method, order, two_drivers=True))
    published = expected()["full_cost_2023_24_two_drivers"]
    assert shown(rows, "exact", *published[method]) == amounts(published[method])
    assert rows["BYE02"]["full"] == published[method]["BYE02"]
    assert adds_up(rows)
    if method == "reciprocal":
        gross = published["reciprocal_gross_total_of_support"]
        assert shown(rows, "given", *gross) == amounts(gross)


@pytest.mark.parametrize("method", ["step_down", "reciprocal"])
async def test_with_one_driver_for_all_the_methods_agree_to_the_cent(provider: Books, method: str) -> None:
    published = expected()["full_cost_2023_24"]
    rows = await carried(provider, layer(method, published["step_down"]["order"], two_drivers=False))
    for code, amount in published[method]["full_cost"].items():
        # The exact cost of BYE01 ends on half a cent.
        assert abs(Decimal(rows[code]["exact"]) - Decimal(amount)) < HALF_A_CENT, code
    assert shown(rows, "full", *published["direct"]["full_cost"]) == amounts(published["direct"]["full_cost"])
    assert adds_up(rows)


async def test_cost_by_nature_is_carried_to_towers_first_and_ends_where_it_did(provider: Books) -> None:
    """Salaries (1) of the internal services to one tower, the rest to another, both by staff to the programs."""
    for code in ("PEOPLE", "THINGS"):
        await provider.make("/v1/cost-objects", {"code": code, "name": code, "kind": "tower"})
    centers = {"kinds": ["cost_center"]}
    rest = [str(nature) for nature in NATURES if nature != 1]
    towers = [
        {"code": "salaries", "sources": {**centers, "natures": ["1"]}, "targets": {"codes": ["PEOPLE"]}, "by": "even"},
        {"code": "rest", "sources": {**centers, "natures": rest}, "targets": {"codes": ["THINGS"]}, "by": "even"},
    ]
    programs = {"kinds": ["program"]}
    by_staff = [
        {"code": f"{code}-by-staff", "sources": {"codes": [code]}, "targets": programs, "driver": "fte"}
        for code in ("PEOPLE", "THINGS")
    ]
    rows = await carried(
        provider,
        {"code": "towers", "method": "direct", "pools": towers},
        {"code": "programs", "method": "direct", "pools": by_staff},
    )
    published = expected()["full_cost_2023_24"]["direct"]["full_cost"]
    assert shown(rows, "full", *published) == amounts(published)
    with (PROVIDER / "ssc_program_sobjs.csv").open(encoding="utf-8-sig") as file:
        salaries = [
            rounded(Decimal(row["pa_last_year_2"]), "CAD")
            for row in csv.DictReader(file)
            if row["activity_code"].startswith("ISS") and row["so_num"] == "1.0" and row["pa_last_year_2"]
        ]
    assert Decimal(rows["PEOPLE"]["received"]) == sum(salaries)
    assert rows["PEOPLE"]["full"] == "0.00"


async def test_a_programs_cost_is_explained_by_the_services_behind_it_and_these_by_their_entries(
    provider: Books,
) -> None:
    order = expected()["full_cost_2023_24"]["step_down"]["order"]
    rows = await carried(provider, layer("reciprocal", order, two_drivers=True))
    run = f"/v1/allocation-runs/{rows['BYE02']['run_id']}"
    told = (await provider.client.get(f"{run}/explanation?cost_object=BYE02")).json()
    received = Decimal(told["received"])
    assert {origin["cost_object_code"] for origin in told["origins"]} == set(order)
    assert sum(Decimal(origin["amount"]) for origin in told["origins"]) == received
    assert Decimal(told["direct"]) + received + Decimal(told["rounding"]) == Decimal(rows["BYE02"]["full"])
    borne = Decimal(0)
    for code in order:
        down = (await provider.client.get(f"{run}/bearers?cost_object={code}")).json()
        assert sum(Decimal(bearer["amount"]) for bearer in down["bearers"]) == Decimal(rows[code]["direct"])
        borne += next(Decimal(b["amount"]) for b in down["bearers"] if b["cost_object_code"] == "BYE02")
    assert abs(borne - received) < Decimal("0.0000001")
    (entry,) = (await provider.client.get(f"{run}/entries?cost_object=ISS05")).json()["items"]
    assert entry["expense"] == rows["ISS05"]["direct"]
    assert (await provider.client.get(f"/v1/journal-entries/{entry['entry_id']}")).status_code == 200
