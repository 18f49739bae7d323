"""A final invoice is voided or stays as it is."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.finance.billing import Billing


async def test_a_voided_invoice_is_reversed_and_its_charges_are_billed_again_under_another_number(
    billing: Billing,
) -> None:
    final = await billing.billed()
    voided = (await billing.change(final, "voiding", reason="Wrong unit")).json()
    assert (voided["state"], voided["number"]) == ("void", "INV-2025-26-000001")
    assert (await billing.posted(voided["reversal_id"]))[0] == ("1200", "-30.00", None)
    (fact,) = await billing.books.finance.announced("finance.invoice-voided.v1")
    assert (fact.data["reason"], fact.data["total"]) == ("Wrong unit", "30.00")
    again = await billing.change(voided, "voiding", reason="Wrong unit")
    assert (again.status_code, again.json()["code"]) == (409, "finance.invoice.not-final")
    assert (await billing.draft())["drafted"] == 1
    second = await billing.finalized("Harbour")
    assert (second["number"], second["total"], second["lines"][0]["corrects_id"]) == (
        "INV-2025-26-000002",
        "30.00",
        None,
    )


@pytest.mark.parametrize("closing", ["soft-closing", "closing"])
async def test_a_void_of_what_was_posted_in_a_period_that_is_no_longer_open_falls_into_an_open_one(
    billing: Billing, closing: str
) -> None:
    final = await billing.billed()
    await billing.books.move("2025-26-P01", closing)
    voided = (await billing.change(final, "voiding", reason="Wrong unit")).json()
    entry = (await billing.client.get(f"/v1/journal-entries/{voided['reversal_id']}")).json()
    assert (entry["posted_on"], entry["reversal_of"]) == ("2026-01-15", final["entry_id"])


async def test_an_invoice_whose_entry_was_reversed_by_hand_is_not_voided_on_top(billing: Billing) -> None:
    final = await billing.billed()
    by_hand = await billing.client.post(f"/v1/journal-entries/{final['entry_id']}/reversal", json={"reason": "Mine"})
    assert by_hand.status_code == 201
    refused = await billing.change(final, "voiding", reason="Wrong unit")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.ledger.already-reversed")


async def test_a_draft_is_not_voided(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    answer = await billing.change(await billing.invoice("Harbour"), "voiding", reason="x")
    assert answer.json()["code"] == "finance.invoice.not-final"


STATEMENTS = [
    "UPDATE invoices SET net = 1, total = 1 WHERE id = :id",
    "UPDATE invoices SET state = 'draft', number = NULL WHERE id = :id",
    "DELETE FROM invoices WHERE id = :id",
    "UPDATE invoice_lines SET charged = 1, amount = 1 WHERE invoice_id = :id",
    "DELETE FROM invoice_lines WHERE invoice_id = :id",
    "INSERT INTO invoice_taxes VALUES (:id, 'HST', 13, 1)",
]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_the_database_itself_keeps_a_final_invoice_as_it_is(billing: Billing, statement: str) -> None:
    final = await billing.billed()
    with pytest.raises(DBAPIError, match="final"):
        async with billing.books.finance.database.transaction() as session:
            await session.execute(text(statement), {"id": final["id"]})
    assert await billing.read(final["id"]) == final
