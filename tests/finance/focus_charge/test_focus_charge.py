"""What was invoiced, as FOCUS rows: to the cent, harmless, and by the rules of FOCUS 1.2."""

import json
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.money import exact_sum
from tests.finance.billing import EXTERNAL, Billing
from tests.finance.focus_charge.rule_model import Row, RuleModel, read

JANUARY = {"starts_on": "2026-01-01", "ends_on": "2026-02-01"}
DATA = os.environ.get("STEWARD_DATA")
SUPPORTED = ("ACCOUNT_NAMING_SUPPORTED", "SUB_ACCOUNT_SUPPORTED", "USAGE_MEASUREMENT_SUPPORTED")


@pytest.fixture
async def invoiced(billing: Billing) -> Billing:
    """Harbour, who is external, and Water have an invoice; Harbour a credit note and a correction, Transit a draft."""
    own = {**EXTERNAL, "account_name": "=Harbour", "consumer_id": billing.consumers["Harbour"]}
    await billing.books.make("/v1/billing-profiles", own)
    await billing.cost("hosting", "10.00", "HOSTING")
    harbour = await billing.billed("Harbour", "100.00")
    await billing.finalized("Water")
    answer = await billing.credit(harbour, (2, "7.77"), reason="+Mail was down")
    assert answer.status_code == 201
    await billing.cost("late", "-20.00")
    await billing.charge()
    await billing.draft()
    await billing.finalized("Harbour")
    return billing


async def exported(billing: Billing, **asked: Any) -> list[Row]:
    answer = await billing.client.get("/v1/focus-charges", params={**JANUARY, **asked}, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    return read(answer.text)


def billed(rows: list[Row]) -> dict[str, Decimal]:
    totals: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        totals[row["InvoiceId"] or ""].append(Decimal(row["BilledCost"] or "0"))
    return {number: exact_sum(amounts) for number, amounts in totals.items()}


async def test_the_billed_cost_of_each_invoice_and_credit_note_is_its_total(invoiced: Billing) -> None:
    totals = {each["number"]: Decimal(each["total"]) for each in await invoiced.invoices(state="final")}
    (note,) = (await invoiced.client.get("/v1/credit-notes")).json()["items"]
    totals[note["number"]] = -Decimal(note["total"])
    assert len(totals) == 4
    assert billed(await exported(invoiced)) == totals


async def test_a_row_says_what_it_bills_to_whom_and_when(invoiced: Billing) -> None:
    rows = await exported(invoiced)
    (mail,) = [row for row in rows if row["InvoiceId"] == "INV-2025-26-000002" and row["ServiceName"] == "Mail"]
    assert (mail["BilledCost"], mail["BillingCurrency"], mail["ChargeCategory"]) == ("33.33", "CAD", "Usage")
    assert (mail["ChargePeriodStart"], mail["ChargePeriodEnd"]) == ("2025-04-01T00:00:00Z", "2025-05-01T00:00:00Z")
    assert (mail["BillingPeriodStart"], mail["BillingPeriodEnd"]) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
    assert (mail["SubAccountId"], mail["SubAccountName"]) == (invoiced.consumers["Water"], "Water")
    assert (mail["PricingQuantity"], mail["PricingUnit"], mail["SkuId"]) == ("1", "Headcount", "MAIL")
    kinds = Counter((row["ChargeCategory"], row["ChargeClass"]) for row in rows)
    assert kinds == {("Usage", None): 4, ("Usage", "Correction"): 1, ("Tax", None): 3, ("Credit", None): 1}


async def test_texts_that_a_spreadsheet_would_take_for_formulas_are_harmless_and_numbers_stay_numbers(
    invoiced: Billing,
) -> None:
    rows = await exported(invoiced)
    assert {row["BillingAccountName"] for row in rows if row["SubAccountName"] == "Harbour"} == {"'=Harbour"}
    (credit,) = [row for row in rows if row["ChargeCategory"] == "Credit"]
    assert (credit["ChargeDescription"], credit["BilledCost"]) == ("'+Mail was down", "-7.77")


async def test_what_is_void_or_issued_at_another_time_is_not_exported(invoiced: Billing) -> None:
    (water,) = await invoiced.invoices(state="final", consumer_id=invoiced.consumers["Water"])
    voided = await invoiced.change(await invoiced.read(water["id"]), "voiding", reason="x")
    assert voided.status_code == 200
    assert water["number"] not in billed(await exported(invoiced))
    assert await exported(invoiced, starts_on="2026-02-01", ends_on="2026-03-01") == []


async def test_it_comes_as_a_json_object_per_line_too(invoiced: Billing) -> None:
    accept = {"Accept": "application/x-ndjson"}
    answer = await invoiced.client.get("/v1/focus-charges", params=JANUARY, headers=accept)
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert billed(rows) == billed(await exported(invoiced))
    assert {row["BillingAccountName"] for row in rows} == {"=Harbour", "City"}


async def test_a_caller_of_one_unit_exports_nothing(invoiced: Billing) -> None:
    unit = UUID(invoiced.consumers["Harbour"])
    async with invoiced.books.finance.as_caller("finance:focus-charge:read", unit=unit) as harbour:
        assert (await harbour.get("/v1/focus-charges", params=JANUARY)).status_code == 403


async def test_our_own_import_takes_the_file_and_posts_its_total(invoiced: Billing) -> None:
    file = (await invoiced.client.get("/v1/focus-charges", params=JANUARY)).content
    asked = {
        "source": "invoices",
        "period": "2025-26",
        "balancing_account": "2000",
        "mapping": "focus",
        "default_account": "5200",
    }
    answer = await invoiced.client.post(
        "/v1/cost-imports", params=asked, content=file, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    taken = answer.json()
    rows = read(file.decode())
    total = exact_sum(Decimal(period["base_amount"]) for period in taken["periods"])
    assert total == exact_sum(billed(rows).values())
    assert (taken["read"], taken["accepted"], taken["rejected"]) == (len(rows), len(rows), 0)


@pytest.fixture
def model() -> RuleModel:
    if not DATA:
        pytest.skip("STEWARD_DATA is not set: NOT CHECKED against the rules of FOCUS 1.2")
    return RuleModel.load(Path(DATA) / "focus-spec" / "validator" / "model-1.2.0.1.json", *SUPPORTED)


async def test_the_rows_keep_every_rule_of_focus_that_can_be_evaluated(invoiced: Billing, model: RuleModel) -> None:
    verdicts = model.judge(await exported(invoiced))
    assert {id for id, verdict in model.outcomes.items() if verdict in {"broken", "not recommended"}} == set()
    assert verdicts == {
        "held": 183,
        "no row": 4,
        "people": 131,
        "nothing": 10,
        "another column": 257,
        "not supported": 36,
    }


SPOILED = [
    ({"ChargeCategory": "Fee"}, "ChargeCategory-C-003-M"),
    ({"BilledCost": "1,00"}, "BilledCost-C-001-M"),
    ({"BilledCost": None}, "BilledCost-C-003-M"),
    ({"BillingCurrency": "XXZ"}, "BillingCurrency-C-006-M"),
    ({"PricingQuantity": None}, "PricingQuantity-C-005-C"),
    ({"PricingUnit": None}, "PricingUnit-C-006-C"),
    ({"ChargePeriodStart": "2025-04-01"}, "ChargePeriodStart-C-002-M"),
    ({"ServiceCategory": "Compute"}, "ServiceSubcategory-C-004-M"),
    ({"InvoiceIssuerName": "Reseller"}, "BilledCost-C-005-C"),
    ({"SubAccountName": None}, "SubAccountName-C-005-C"),
    ({"ChargeClass": "Fix"}, "ChargeClass-C-005-C"),
]


@pytest.mark.parametrize(("change", "rule"), SPOILED)
async def test_a_row_that_breaks_a_rule_is_found(
    invoiced: Billing, model: RuleModel, change: dict[str, str | None], rule: str
) -> None:
    first, *others = await exported(invoiced)
    assert first["ChargeCategory"] == "Usage"
    model.judge([{**first, **change}, *others])
    assert model.outcomes[rule] == "broken"
    assert next(row["InvoiceId"] for row in model.breaches[rule]) == first["InvoiceId"]


async def test_a_file_that_lacks_a_column_is_found(invoiced: Billing, model: RuleModel) -> None:
    rows = [{column: cell for column, cell in row.items() if column != "ListCost"} for row in await exported(invoiced)]
    model.judge(rows)
    assert model.outcomes["CostAndUsage-D-032-M"] == "broken"
