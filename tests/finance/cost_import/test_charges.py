"""What published cost files were charged for: each category, class, commitment and currency adds up as in the file."""

import csv
import io
import json
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis.money import round_to
from finance.cost_import.focus import focus
from finance.cost_import.model import CostView
from finance.cost_import.native import AWS_TYPE
from tests.finance.cost_import.files import Imports

DATA = Path(os.environ.get("STEWARD_DATA") or "")
SAMPLES, SPEC = DATA / "focus-samples", DATA / "focus-spec"
pytestmark = pytest.mark.skipif(
    not os.environ.get("STEWARD_DATA"), reason="STEWARD_DATA does not name the folder with the published files"
)

Charges = dict[tuple[str | None, ...], tuple[int, Decimal | None, Decimal | None]]
EXAMPLES = [
    path.relative_to(SPEC).as_posix()
    for folder in ("spec-examples-1.2", "spec-examples-1.4")
    for path in sorted((SPEC / folder).rglob("*.csv"))
    if "ChargePeriodStart" in path.read_text(encoding="utf-8-sig").split("\n")[0]
]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def text(row: dict[str, str], *columns: str) -> str | None:
    """The first of the columns that says something."""
    return next((said for it in columns if (said := row.get(it, "").strip()) not in ("", "NULL", "null")), None)


def number(written: str) -> Decimal:
    return round_to(Decimal(written.strip().replace("$", "").replace(",", "")), 12)


def expected(rows: list[dict[str, str]], currency: str | None = None) -> Charges:
    """Added up here, column by column as the specification names them."""
    sums: dict[tuple[str | None, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for row in rows:
        status, publisher = text(row, "CommitmentDiscountStatus"), text(row, "PublisherName", "ServiceProviderName")
        key = (text(row, "ChargeCategory"), text(row, "ChargeClass"), status, publisher)
        sums[*key, currency or row["BillingCurrency"]][0] += 1
        for at, column in ((1, "BilledCost"), (2, "EffectiveCost")):
            sums[*key, currency or row["BillingCurrency"]][at] += number(row[column])
    return {key: (count, billed, effective) for key, (count, billed, effective) in sums.items()}


async def charges(imports: Imports, id: str) -> Charges:
    items = await imports.items(f"/v1/cost-imports/{id}/charges")
    names = ("charge_category", "charge_class", "commitment_status", "publisher", "currency")

    def amount(written: str | None) -> Decimal | None:
        return None if written is None else Decimal(written)

    return {
        tuple(it[name] for name in names): (
            it["row_count"],
            amount(it["billed_amount"]),
            amount(it["effective_amount"]),
        )
        for it in items
    }


async def year(imports: Imports, code: str) -> None:
    made = await imports.books.make("/v1/fiscal-years", {"code": code, "starts_on": f"{code[:4]}-04-01"})
    await imports.books.client.post(f"/v1/fiscal-years/{made['id']}/opening")


async def taken(imports: Imports, body: str | bytes, period: str, **terms: str) -> dict[str, Any]:
    if period != "2025-26":
        await year(imports, period)
    asked = {"mapping": "focus", "default_account": "5200", "rates": "USD:1.5,EUR:1.25", **terms}
    made = await imports.done(body, source="cloud", period=period, **asked)
    assert (made["rejected"], made["skipped"]) == (0, 0), made["rejections"][:3]
    return made


@pytest.mark.parametrize("view", ["billed", "effective"])
async def test_a_thousand_real_rows_add_up_by_category_in_both_views(imports: Imports, view: str) -> None:
    path = SAMPLES / "real-focus-1.0" / "focus_sample_1000.csv"
    made = await taken(imports, path.read_bytes(), "2024-25", view=view)
    told = await charges(imports, made["id"])
    assert told == expected(rows_of(path))
    totals = json.loads((path.parent / "expected_totals.json").read_text())["totals"]
    assert sum(billed or 0 for _, billed, _ in told.values()) == Decimal(totals["BilledCost"])
    assert sum(effective or 0 for _, _, effective in told.values()) == Decimal(totals["EffectiveCost"])
    assert {key[2] for key in told} >= {"Used", None}


@pytest.mark.parametrize("version", ["1.3", "1.4"])
@pytest.mark.parametrize("provider", ["aws", "azure", "gcp"])
async def test_rows_of_later_versions_add_up_by_category_and_by_invoice(
    imports: Imports, version: str, provider: str
) -> None:
    folder = SAMPLES / f"generated-{version}"
    [path] = (path for path in folder.glob("*cost_and_usage*.csv") if provider in path.name)
    made = await taken(imports, path.read_bytes(), "2026-27")
    told = await charges(imports, made["id"])
    assert told == expected(rows_of(path))
    tie_out = json.loads((SAMPLES / "generated-1.4" / "expected_totals.json").read_text())[provider]
    counted: dict[str | None, int] = defaultdict(int)
    for key, (count, _, _) in told.items():
        counted[key[0]] += count
    assert counted == tie_out["charge_categories"]
    by_invoice: dict[str, Decimal] = defaultdict(Decimal)
    for row in await imports.items(f"/v1/cost-imports/{made['id']}/rows"):
        by_invoice[row["attributes"]["InvoiceId"]] += Decimal(row["amount"])
    billed = tie_out["billed_by_invoice_cost_and_usage"]
    assert {it: round_to(amount, 2) for it, amount in by_invoice.items()} == {
        it: round_to(Decimal(amount), 2) for it, amount in billed.items()
    }


async def test_several_currencies_tax_and_a_marketplace_stay_apart(imports: Imports) -> None:
    path = SAMPLES / "golden" / "consolidated_multi_provider_1_3.csv"
    made = await taken(imports, path.read_bytes(), "2026-27")
    told = await charges(imports, made["id"])
    assert told == expected(rows_of(path))
    by_currency = {
        currency: sum(billed or 0 for key, (_, billed, _) in told.items() if key[-1] == currency)
        for currency in ("USD", "EUR")
    }
    assert by_currency == {"USD": Decimal(208), "EUR": Decimal(100)}
    euros = await imports.items(f"/v1/cost-imports/{made['id']}/charges", currency="EUR")
    assert [it["billed_amount"] for it in euros] == ["100.00"]
    assert (await imports.balances())["2000", None] == -(208 * Decimal("1.5") + 100 * Decimal("1.25"))


@pytest.mark.parametrize("example", EXAMPLES)
async def test_examples_of_the_specification_are_read_without_loss(imports: Imports, example: str) -> None:
    """Some are written by a spreadsheet, and some leave the currency to the text around them."""
    path = SPEC / example
    rows = rows_of(path)
    mapping = focus(CostView.BILLED).model_dump(mode="json")
    mapping["date_formats"].append("%m/%d/%y")
    mapping["thousands_mark"] = ","
    for field in ("amount", "other_amount"):
        mapping["fields"][field]["currency_sign"] = "$"
    if "BillingCurrency" not in rows[0]:
        mapping["fields"]["currency"] = {"constant": "USD"}
    await imports.save("example", mapping)
    period = "2022-23" if "2023-01-01" in rows[0]["ChargePeriodStart"] else "2025-26"
    made = await taken(imports, path.read_bytes(), period, mapping="example")
    assert await charges(imports, made["id"]) == expected(rows, None if "BillingCurrency" in rows[0] else "USD")


async def test_the_unused_part_of_a_commitment_is_shown_beside_the_used_one(imports: Imports) -> None:
    path = SPEC / "spec-examples-1.2/commitment_discount_scenarios/commitment_discount_usage_scenario_3.csv"
    mapping = focus(CostView.EFFECTIVE).model_dump(mode="json")
    mapping["fields"]["currency"] = {"constant": "USD"}
    await imports.save("example", mapping)
    made = await taken(imports, path.read_bytes(), "2022-23", mapping="example", view="effective")
    told = await charges(imports, made["id"])
    used, unused = (told["Usage", None, status, None, "USD"] for status in ("Used", "Unused"))
    assert (used, unused) == ((1, Decimal(0), Decimal("0.75")), (1, Decimal(0), Decimal("0.25")))


async def test_credits_and_corrections_are_told_from_usage(imports: Imports) -> None:
    path = SAMPLES / "golden" / "scenarios_correction_set.csv"
    await imports.save(
        "corrections",
        {
            "fields": {
                "posted_on": {"constant": "2025-04-03"},
                "amount": {"column": "BilledCost", "kind": "number"},
                "currency": {"column": "BillingCurrency"},
                "charge_category": {"column": "ChargeCategory"},
                "charge_class": {"column": "ChargeClass"},
            }
        },
    )
    made = await taken(imports, path.read_bytes(), "2025-26", mapping="corrections")
    told = {key[:2]: amounts for key, amounts in (await charges(imports, made["id"])).items()}
    assert told == {
        ("Usage", None): (1, Decimal(100), None),
        ("Credit", "Correction"): (1, Decimal(-30), None),
        ("Usage", "Correction"): (1, Decimal(5), None),
    }


@pytest.mark.parametrize("name", ["equal", "weighted", "negative"])
async def test_parts_of_a_split_cost_add_up_to_the_whole(imports: Imports, name: str) -> None:
    path = SAMPLES / "golden" / f"scenarios_sca_{name}.csv"
    fields = {
        "posted_on": {"constant": "2025-04-03"},
        "amount": {"column": "BilledCost", "kind": "number"},
        "currency": {"constant": "USD"},
    }
    await imports.save("split", {"fields": fields, "keep": ["AllocatedResourceId"]})
    made = await taken(imports, path.read_bytes(), "2025-26", mapping="split")
    [(count, billed, _)] = (await charges(imports, made["id"])).values()
    assert (count, billed) == (len(rows_of(path)), Decimal(rows_of(path)[0]["x_SplitOriginCost"]))


async def test_numbers_are_read_as_the_specification_writes_them(imports: Imports) -> None:
    formats = json.loads((SAMPLES / "golden" / "numeric_format_examples.json").read_text())
    unreadable = [it for it in formats["invalid"] if not it.lstrip("+").replace("E+", "E").replace(".", "").isalnum()]
    body = io.StringIO()
    written = csv.writer(body)
    written.writerow(["ChargePeriodStart", "BilledCost", "BillingCurrency"])
    written.writerows(["2025-04-03", it, "USD"] for it in [*formats["valid"], *unreadable, "abc"])
    terms = {"mapping": "focus", "default_account": "5200", "rates": "USD:1"}
    made = await imports.done(body.getvalue(), source="cloud", **terms)
    assert (made["accepted"], made["rejected"]) == (len(formats["valid"]), len(unreadable) + 1)
    rows = await imports.items(f"/v1/cost-imports/{made['id']}/rows")
    assert [Decimal(row["amount"]) for row in rows] == [Decimal(it) for it in formats["valid"]]


async def test_an_aws_report_adds_up_by_type(imports: Imports) -> None:
    path = SAMPLES / "provider-native" / "aws_cur_anonymous.csv"
    made = await taken(imports, path.read_bytes(), "2023-24", mapping="aws-cur")
    sums: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for row in rows_of(path):
        sums[row[AWS_TYPE], row["lineItem/LegalEntity"]][0] += 1
        sums[row[AWS_TYPE], row["lineItem/LegalEntity"]][1] += number(row["lineItem/UnblendedCost"])
    told = {(key[0], key[3]): list(amounts) for key, amounts in (await charges(imports, made["id"])).items()}
    assert told == {key: [count, amount, amount] for key, (count, amount) in sums.items()}
    assert made["read"] == 1_281
    assert (await imports.items(f"/v1/cost-imports/{made['id']}/rows"))[0]["attributes"]["lineItem/ProductCode"]


async def test_an_azure_export_adds_up_and_keeps_its_tags(imports: Imports) -> None:
    path = SAMPLES / "provider-native" / "azure_ea_anonymous.csv"
    made = await taken(imports, path.read_bytes(), "2023-24", mapping="azure-ea")
    total = sum(number(row["CostInBillingCurrency"]) for row in rows_of(path))
    assert await charges(imports, made["id"]) == {("Usage", None, None, "Azure", "CAD"): (27, total, None)}
    row = (await imports.items(f"/v1/cost-imports/{made['id']}/rows"))[0]
    assert (row["posted_on"], row["attributes"]["tags.tagA"]) == ("2023-09-02", "valueA")


@pytest.mark.parametrize("view", ["billed", "effective"])
async def test_an_oracle_report_adds_up_in_both_views(imports: Imports, view: str) -> None:
    path = SAMPLES / "provider-native" / "oci_cost_report.csv"
    made = await taken(imports, path.read_bytes(), "2023-24", mapping="oci", view=view)
    effective = sum(number(row["cost/myCost"]) for row in rows_of(path))
    billed = sum(number(row["cost/myCostOverage"] or "0") for row in rows_of(path))
    assert await charges(imports, made["id"]) == {(None, None, None, None, "USD"): (506, billed, effective)}
    row = (await imports.items(f"/v1/cost-imports/{made['id']}/rows"))[0]
    assert row["attributes"]["tags/OracleInternalReserved.Phonebook"] == "accounts"
