"""How much of its cost each service recovered by invoices."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from finance.report.recovery import rate_percent
from tests.finance.billing import APRIL, EXTERNAL, MAY, Billing
from tests.finance.report.reading import follow


async def recovery(billing: Billing, **asked: Any) -> dict[str, Any]:
    answer = await billing.client.get("/v1/recovery", params={**APRIL, **asked})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def of(found: dict[str, Any], cost_object: str) -> tuple[str | None, ...]:
    (row,) = [row for row in found["rows"] if row["cost_object"] == cost_object]
    return row["cost"], row["charged"], row["over_under"], row["rate_percent"], row["recovered"]


async def test_what_is_invoiced_counts_without_tax_and_less_credit_notes(billing: Billing) -> None:
    await billing.books.make("/v1/billing-profiles", {**EXTERNAL, "consumer_id": billing.consumers["Harbour"]})
    final = await billing.billed()
    await billing.finalized("Water")
    assert (await billing.credit(final, (1, "6.00"))).status_code == 201
    found = await recovery(billing)
    # 30 + 30 − 6 of 90.
    assert of(found, "MAIL") == ("90.00", "54.00", "-36.00", "60.00", "under")
    assert (found["cost_kind"], found["rate_percent"], found["over_under"]) == ("net", "60.00", "-36.00")


async def test_a_service_that_was_not_invoiced_is_not_measured_and_drafts_do_not_count(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    assert of(await recovery(billing), "MAIL") == ("90.00", "0", "-90.00", None, "not_measured")


async def test_more_than_its_cost_is_over_recovered(billing: Billing) -> None:
    await billing.billed()
    await billing.cost("less", "-70.00")
    assert of(await recovery(billing), "MAIL") == ("20.00", "30.00", "10.00", "150.00", "over")


async def test_all_of_it_invoiced_is_even_whatever_the_ledger_says_of_recovery(billing: Billing) -> None:
    await billing.billed()
    for consumer in ("Transit", "Water"):
        await billing.finalized(consumer)
    assert of(await recovery(billing), "MAIL") == ("90.00", "90.00", "0.00", "100.00", "even")


async def test_statements_are_shown_apart_and_recover_nothing(billing: Billing) -> None:
    plan = {"code": "shown", "name": "Shown", "driver": "headcount", "cost_objects": {"codes": ["MAIL"]}}
    await billing.books.make("/v1/charge-plans", plan)
    await billing.cost("mail", "90.00")
    await billing.charge("shown")
    await billing.draft("shown")
    await billing.finalized("Harbour")
    found = await recovery(billing)
    assert (found["rows"][0]["showback"], found["rows"][0]["charged"]) == ("30.00", "0")
    assert found["rows"][0]["recovered"] == "not_measured"


async def test_after_an_allocation_the_full_cost_counts(billing: Billing) -> None:
    await billing.books.make("/v1/cost-objects", {"code": "ADMIN", "name": "Administration", "kind": "cost_center"})
    await billing.cost("admin", "10.00", "ADMIN")
    pool = {"code": "overhead", "sources": {"codes": ["ADMIN"]}, "targets": {"codes": ["MAIL"]}, "by": "even"}
    model = {
        "code": "m",
        "name": "M",
        "effective_from": "2025-04-01",
        "layers": [{"code": "one", "method": "direct", "pools": [pool]}],
    }
    await billing.books.make("/v1/allocation-models", model)
    await billing.billed()
    await billing.books.make("/v1/allocation-runs", {"model": "m", **APRIL})
    found = await recovery(billing)
    assert (found["cost_kind"], len(found["allocation_run_ids"])) == ("full", 1)
    assert of(found, "MAIL") == ("100.00", "30.00", "-70.00", "30.00", "under")
    assert (await recovery(billing, **MAY))["cost_kind"] == "net"


async def test_an_invoice_that_begins_before_the_range_is_said_to_be_left_out(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    quarter = {"starts_on": "2025-04-01", "ends_on": "2025-07-01"}
    await billing.charge(**quarter)
    await billing.draft(**quarter)
    await billing.finalized("Harbour")
    found = await recovery(billing)
    assert (found["straddling_invoices"], found["charged"]) == (1, "0")
    assert (await recovery(billing, **quarter))["straddling_invoices"] == 0


async def test_what_was_recovered_is_explained_by_entries_and_invoices(billing: Billing) -> None:
    final = await billing.billed()
    (row,) = (await recovery(billing))["rows"]
    found = await follow(billing.books, "recovery", [row["explain"], row["explain_charged"]])
    assert [it["reference"] for it in found[row["explain"]]["items"]] == ["april-0", final["id"]]
    assert [it["number"] for it in found[row["explain_charged"]]["items"]] == [final["number"]]


async def test_invoices_in_another_currency_are_not_added(billing: Billing) -> None:
    final = await billing.billed()
    async with billing.books.finance.database.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("UPDATE invoices SET currency = 'EUR' WHERE id = :id"), {"id": final["id"]})
    found = await recovery(billing)
    assert (found["charged"], found["foreign_invoices"], found["straddling_invoices"]) == ("0", 1, 0)


async def test_it_comes_as_csv(billing: Billing) -> None:
    await billing.billed()
    answer = await billing.client.get("/v1/recovery", params=APRIL, headers={"Accept": "text/csv"})
    header, row = answer.text.splitlines()
    assert header.startswith("cost_object,name,service_id,cost,charged,showback,over_under,rate_percent,recovered")
    assert row.startswith("MAIL,Mail,")


@pytest.mark.parametrize(
    ("cost", "charged", "rate"),
    [("3", "1", "33.33"), ("3", "2", "66.67"), ("8", "-1", "-12.50"), ("5", "0", "0.00")],
)
def test_the_rate_is_charged_by_cost_in_percent(cost: str, charged: str, rate: str) -> None:
    assert rate_percent(Decimal(cost), Decimal(charged)) == Decimal(rate)


def test_there_is_no_rate_without_a_cost_or_an_invoice() -> None:
    assert rate_percent(Decimal(0), Decimal(5)) is None
    assert rate_percent(Decimal(-1), Decimal(5)) is None
    assert rate_percent(Decimal(5), None) is None
