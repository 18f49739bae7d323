"""Published cost files of others, imported to the last digit: five years of an IT provider, and FOCUS rows."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis.money import round_to
from tests.finance.cost_import.files import Imports

DATA = os.environ.get("STEWARD_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="STEWARD_DATA does not name the folder with the published files")
PROVIDER = Path(DATA or "") / "shared-services-canada"
FOCUS = Path(DATA or "") / "focus-samples" / "real-focus-1.0"
REVENUES = ("21", "22")


def mapping(column: str, day: str) -> dict[str, Any]:
    """One year of program × standard object. Amounts carry the dirt of binary floats: to the cent."""
    objects = {f"{number}.0": f"{number:02}" for number in (*range(1, 13), 21, 22)}
    return {
        "fields": {
            "posted_on": {"constant": day},
            "account": {"column": "so_num", "translate": objects, "prefix": "SO"},
            "cost_object": {"column": "activity_code"},
            "amount": {"column": column, "kind": "number", "round_to": 2},
            "currency": {"constant": "CAD"},
        },
        "skip_if_empty": [column],
    }


async def _prepare(imports: Imports, years: dict[str, str]) -> None:
    books = imports.books
    for number in (*range(1, 13), 21, 22):
        kind = "income" if f"{number}" in REVENUES else "expense"
        await books.make("/v1/accounts", {"code": f"SO{number:02}", "name": f"Object {number}", "type": kind})
    programs = sorted({row["activity_code"] for row in _rows()})
    for code in programs:
        await books.make("/v1/cost-objects", {"code": code, "name": code, "kind": "program"})
    for year in years:
        made = await books.make("/v1/fiscal-years", {"code": year, "starts_on": f"{year[:4]}-04-01"})
        await books.client.post(f"/v1/fiscal-years/{made['id']}/opening")


def _rows() -> list[dict[str, str]]:
    with (PROVIDER / "ssc_program_sobjs.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


async def test_five_years_of_a_provider_tie_to_the_cent(imports: Imports) -> None:
    expected = json.loads((PROVIDER / "expected.json").read_text())
    years: dict[str, str] = expected["fiscal_years"]
    await _prepare(imports, years)
    body = (PROVIDER / "ssc_program_sobjs.csv").read_bytes()
    for year, column in years.items():
        await imports.save(f"objects-{year}", mapping(column, f"{year[:4]}-04-01"))
        made = await imports.done(body, source="public-accounts", period=year, mapping=f"objects-{year}")
        assert (made["read"], made["rejected"], made["unassigned"]) == (len(_rows()), 0, 0)
        assert made["accepted"] == sum(bool(row[column]) for row in _rows())
        assert sum(Decimal(it["base_amount"]) for it in made["periods"]) == Decimal(
            expected["tie_out"][year]["net_by_program"]
        )
        assert not (await imports.done(body, source="public-accounts", period=year, mapping=f"objects-{year}"))[
            "changed"
        ]
    for year in years:
        await _trial_balance_ties(imports, year, expected["tie_out"][year])


async def _trial_balance_ties(imports: Imports, year: str, tie_out: dict[str, str]) -> None:
    answer = await imports.books.client.get("/v1/trial-balance", params={"fiscal_year": year})
    rows = answer.json()["rows"]
    balances = {row["account"]: Decimal(row["balance"]) for row in rows}
    assert sum(balances.values()) == 0
    gross = sum(amount for code, amount in balances.items() if code.startswith("SO") and code[2:] not in REVENUES)
    revenue = sum(amount for code, amount in balances.items() if code[2:] in REVENUES)
    assert gross == Decimal(tie_out["gross_cost"])
    assert gross + revenue == Decimal(tie_out["net_by_program"])
    assert balances["2000"] == -Decimal(tie_out["net_by_program"])


async def _focus_rules(imports: Imports) -> None:
    """Cost of Compute is on an account of its own; two business units are cost objects."""
    for code in ("PeoriaData", "PragueEngineering"):
        await imports.books.make("/v1/cost-objects", {"code": code, "name": code, "kind": "cost_center"})
    await imports.books.make("/v1/accounts", {"code": "5300", "name": "Compute", "type": "expense", "nature": "Cloud"})
    rules = [
        {"conditions": [{"column": "tags.business_unit", "equals": code}], "cost_object": code}
        for code in ("PeoriaData", "PragueEngineering")
    ] + [{"conditions": [{"column": "ServiceCategory", "equals": "Compute"}], "account": "5300"}]
    answer = await imports.books.client.put("/v1/assignment-rules", json={"rules": rules}, headers={"If-Match": '"0"'})
    assert answer.status_code == 200, answer.text


async def _in_dollars(imports: Imports) -> None:
    """A ledger kept in the currency of the bill."""
    year = await imports.books.make(
        "/v1/fiscal-years", {"code": "2024-25", "starts_on": "2024-04-01", "base_currency": "USD"}
    )
    await imports.books.client.post(f"/v1/fiscal-years/{year['id']}/opening")


@pytest.mark.parametrize(("view", "column"), [("billed", "BilledCost"), ("effective", "EffectiveCost")])
async def test_a_thousand_focus_rows_lose_nothing(imports: Imports, view: str, column: str) -> None:
    expected = json.loads((FOCUS / "expected_totals.json").read_text())
    await _in_dollars(imports)
    await _focus_rules(imports)
    terms = {"source": "cloud", "period": "2024-25", "mapping": "focus", "default_account": "5200", "view": view}
    body = (FOCUS / "focus_sample_1000.csv").read_bytes()
    made = await imports.done(body, **terms)
    assert (made["read"], made["accepted"], made["rejected"], made["skipped"]) == (1000, 1000, 0, 0)
    total = Decimal(expected["totals"][column])
    held = {it["fiscal_period"]: (it["row_count"], Decimal(it["base_amount"])) for it in made["periods"]}
    assert held["2024-25-P06"] == (1000, total), "a row billed in October was used in September"
    balances = await imports.balances()
    assert balances[("2000", None)] == -total
    by_account = {code: sum(v for (a, _), v in balances.items() if a == code) for code in ("5200", "5300")}
    assert by_account["5300"] == Decimal(expected[f"{view}_by_service_category"]["Compute"])
    assert by_account["5200"] == total - by_account["5300"]
    if view == "billed":
        for unit in ("PeoriaData", "PragueEngineering"):
            assert sum(v for (_, o), v in balances.items() if o == unit) == Decimal(
                expected["billed_by_business_unit_tag_top10"][unit]
            )
    assert not (await imports.done(body, **terms))["changed"]


async def test_focus_rows_in_dollars_need_a_rate_in_a_ledger_in_canadian_dollars(imports: Imports) -> None:
    year = await imports.books.make("/v1/fiscal-years", {"code": "2024-25", "starts_on": "2024-04-01"})
    await imports.books.client.post(f"/v1/fiscal-years/{year['id']}/opening")
    terms = {"source": "cloud", "period": "2024-25", "mapping": "focus", "default_account": "5200"}
    body = (FOCUS / "focus_sample_1000.csv").read_bytes()
    refused = await imports.send(body, **terms)
    assert (refused.status_code, refused.json()["code"]) == (422, "finance.ledger.rate-missing")
    await imports.done(body, **terms, rates="USD:1.3525")
    expected = json.loads((FOCUS / "expected_totals.json").read_text())
    total = (await imports.balances())[("2000", None)]
    assert abs(total + Decimal(expected["totals"]["BilledCost"]) * Decimal("1.3525")) < Decimal("1e-10")


@pytest.mark.parametrize("version", ["1.3", "1.4"])
@pytest.mark.parametrize("provider", ["aws", "azure", "gcp"])
async def test_later_versions_of_focus_are_read_too(imports: Imports, version: str, provider: str) -> None:
    folder = Path(DATA or "") / "focus-samples" / f"generated-{version}"
    [path] = (path for path in folder.glob("*cost_and_usage*.csv") if provider in path.name)
    terms = {"source": provider, "period": "2026-27", "mapping": "focus", "default_account": "5200"}
    year = await imports.books.make(
        "/v1/fiscal-years", {"code": "2026-27", "starts_on": "2026-04-01", "base_currency": "USD"}
    )
    await imports.books.client.post(f"/v1/fiscal-years/{year['id']}/opening")
    made = await imports.done(path.read_bytes(), **terms)
    with path.open() as file:
        total = sum(round_to(Decimal(row["BilledCost"]), 12) for row in csv.DictReader(file))
    assert (made["accepted"], made["rejected"]) == (600, 0), made["rejections"][:3]
    assert (await imports.balances())[("2000", None)] == -total
