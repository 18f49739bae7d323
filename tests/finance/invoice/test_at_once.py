"""Many at once: one draft per consumer, numbers without a gap, credit notes never above the invoice."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx

from tests.finance.billing import APRIL, EXTERNAL, Billing

MANY = 20


async def many_drafts(billing: Billing) -> list[dict[str, Any]]:
    for number in range(MANY - 3):
        await billing.consumer(f"Unit {number:02}", "1")
    await billing.cost("mail", "200.00")
    await billing.charge()
    await billing.draft()
    return [await billing.read(each["id"]) for each in await billing.invoices()]


async def test_two_who_draft_at_once_leave_one_draft_per_consumer(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    answers = await asyncio.gather(
        *(billing.client.post("/v1/invoices", json={"plan": "it", **APRIL}) for _ in range(5))
    )
    assert [answer.status_code for answer in answers] == [201] * 5
    assert sorted(answer.json()["drafted"] for answer in answers) == [0, 0, 0, 0, 3]
    assert len(await billing.invoices()) == 3


async def test_twenty_made_final_at_once_are_numbered_without_a_gap_in_the_order_of_their_instants(
    billing: Billing,
) -> None:
    drafts = await many_drafts(billing)
    assert len(drafts) == MANY
    answers = await asyncio.gather(*(billing.change(draft, "finalization") for draft in drafts))
    assert [answer.status_code for answer in answers] == [200] * MANY
    found = sorted((answer.json() for answer in answers), key=lambda each: each["number"])
    assert [each["number"] for each in found] == [f"INV-2025-26-{number:06}" for number in range(1, MANY + 1)]
    instants = [each["finalized_at"] for each in found]
    assert instants == sorted(instants)
    assert len({each["entry_id"] for each in found}) == MANY


async def test_finalizations_that_fail_among_others_leave_no_gap(billing: Billing) -> None:
    """Every other one names a day in a period that is closed: it takes a number, fails, and gives it back."""
    drafts = await many_drafts(billing)
    await billing.books.move("2025-26-P01", "closing")
    answers = await asyncio.gather(
        *(
            billing.change(draft, "finalization", **({"posted_on": "2025-04-30"} if place % 2 else {}))
            for place, draft in enumerate(drafts)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: MANY // 2, 409: MANY // 2}
    numbers = sorted(answer.json()["number"] for answer in answers if answer.is_success)
    assert numbers == [f"INV-2025-26-{number:06}" for number in range(1, MANY // 2 + 1)]


async def test_an_invoice_is_made_final_once_however_many_ask(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    harbour = await billing.invoice("Harbour")
    answers = await asyncio.gather(*(billing.change(harbour, "finalization") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert len(await billing.books.finance.announced("finance.invoice-finalized.v1")) == 1


async def test_an_invoice_is_voided_once_however_many_ask(billing: Billing) -> None:
    final = await billing.billed()
    answers = await asyncio.gather(*(billing.change(final, "voiding", reason="Wrong unit") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    balance = (await billing.client.get("/v1/trial-balance?fiscal_year=2025-26")).json()
    receivable = {row["account"]: row["balance"] for row in balance["rows"]}
    assert Decimal(receivable["1200"]) == 0


async def test_twenty_credit_notes_at_once_never_exceed_the_invoice(billing: Billing) -> None:
    """Each asks for 0.07 of a billed 1.00: fourteen fit, and leave 0.02."""
    harbour = {**EXTERNAL, "consumer_id": billing.consumers["Harbour"]}
    await billing.books.make("/v1/billing-profiles", harbour)
    final = await billing.billed("Harbour", "3.00")
    answers: list[httpx.Response] = await asyncio.gather(*(billing.credit(final, (1, "0.07")) for _ in range(MANY)))
    assert Counter(answer.status_code for answer in answers) == {201: 14, 409: 6}
    refused = {answer.json()["code"] for answer in answers if answer.is_client_error}
    assert refused == {"finance.invoice.credit-too-high"}
    notes = [answer.json() for answer in answers if answer.is_success]
    assert sum(Decimal(note["net"]) for note in notes) == Decimal("0.98")
    # 13 % of 0.98, rounded once.
    assert sum(Decimal(note["tax"]) for note in notes) == Decimal("0.13")
    assert sorted(note["number"] for note in notes) == [f"CN-2025-26-{number:06}" for number in range(1, 15)]


async def test_of_a_void_and_a_credit_note_at_once_one_stands(billing: Billing) -> None:
    final = await billing.billed()
    voided, credited = await asyncio.gather(
        billing.change(final, "voiding", reason="Wrong unit"), billing.credit(final, (1, "5.00"))
    )
    assert sorted([voided.is_success, credited.is_success]) == [False, True]
