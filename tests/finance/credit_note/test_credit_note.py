"""Credit notes: never above the invoice, and with all of it credited all of its tax."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.money import exact_sum
from finance.billing_profile.model import NamedRate
from finance.credit_note.model import taxes_credited
from tests.finance.billing import EXTERNAL, Billing


async def external(billing: Billing) -> None:
    await billing.books.make("/v1/billing-profiles", {**EXTERNAL, "consumer_id": billing.consumers["Harbour"]})


async def test_a_credit_note_gives_back_net_and_tax_and_posts_both(billing: Billing) -> None:
    await external(billing)
    final = await billing.billed()
    note = (await billing.credit(final, (1, "10.00"))).json()
    assert (note["number"], note["net"], note["tax"], note["total"]) == ("CN-2025-26-000001", "10.00", "1.30", "11.30")
    assert await billing.posted(note["entry_id"]) == [
        ("1200", "-11.30", None),
        ("4100", "10.00", "MAIL"),
        ("2300", "1.30", None),
    ]
    read = await billing.read(final["id"])
    assert (read["credited"], read["lines"][0]["credited"], read["total"]) == ("10.00", "10.00", "33.90")
    (fact,) = await billing.books.finance.announced("finance.credit-note-issued.v1")
    assert (fact.data["invoice_number"], fact.data["total"]) == ("INV-2025-26-000001", "11.30")
    assert [(s["cost_object_code"], s["amount"]) for s in fact.data["services"]] == [("MAIL", "10.00")]
    shown = (await billing.client.get(f"/v1/credit-notes/{note['id']}")).json()
    assert shown == note
    listed = (await billing.client.get(f"/v1/credit-notes?invoice_id={final['id']}")).json()["items"]
    assert [each["id"] for each in listed] == [note["id"]]


async def test_the_last_credit_note_takes_the_last_cent_of_tax(billing: Billing) -> None:
    """13 % of 1.00 is 0.13; of each third of it 0.043, which is 0.04 three times and would leave a cent."""
    await external(billing)
    final = await billing.billed("Harbour", "3.00")
    notes = [(await billing.credit(final, (1, amount))).json() for amount in ("0.33", "0.33", "0.34")]
    assert [note["tax"] for note in notes] == ["0.04", "0.05", "0.04"]
    assert exact_sum(Decimal(note["total"]) for note in notes) == Decimal(final["total"])


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=20), st.integers(0, 1_000_000))
def test_however_an_invoice_is_credited_its_tax_adds_up_and_none_is_negative(parts: list[int], percent: int) -> None:
    rates, before, credited = [NamedRate("HST", Decimal(percent).scaleb(-4))], Decimal(0), []
    for part in parts:
        after = before + Decimal(part).scaleb(-2)
        (tax,) = taxes_credited(rates, before=before, after=after, currency="CAD")
        credited.append(tax.amount)
        before = after
    assert exact_sum(credited) == rates[0].of(before, "CAD")
    assert min(credited) >= 0


async def test_no_line_is_credited_above_what_it_bills(billing: Billing) -> None:
    await billing.cost("hosting", "30.00", "HOSTING")
    final = await billing.billed()
    refused = await billing.credit(final, (1, "10.01"))
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.invoice.credit-too-high")
    assert (refused.json()["line"], refused.json()["left"]) == (1, "10.00")
    assert (await billing.credit(final, (1, "10.00"), (2, "30.00"))).status_code == 201
    assert (await billing.credit(final, (2, "0.01"))).json()["code"] == "finance.invoice.credit-too-high"


async def test_an_invoice_that_took_something_back_is_credited_up_to_what_it_bills_in_all(billing: Billing) -> None:
    """The second invoice bills 20.00 more of HOSTING and takes back 5.00 of MAIL: 15.00."""
    await billing.cost("hosting", "30.00", "HOSTING")
    await billing.billed()
    await billing.cost("more", "60.00", "HOSTING")
    await billing.cost("less", "-15.00")
    await billing.charge()
    await billing.draft()
    final = await billing.finalized("Harbour")
    assert [line["amount"] for line in final["lines"]] == ["20.00", "-5.00"]
    assert (await billing.credit(final, (2, "1.00"))).json()["code"] == "finance.invoice.credit-too-high"
    refused = await billing.credit(final, (1, "15.01"))
    assert (refused.status_code, refused.json()["left"]) == (409, "15.00")
    assert (await billing.credit(final, (1, "15.00"))).status_code == 201


async def test_what_was_credited_is_not_billed_again(billing: Billing) -> None:
    final = await billing.billed()
    await billing.credit(final, (1, "10.00"))
    await billing.charge()
    assert (await billing.draft())["drafted"] == 0


async def test_an_invoice_with_credit_notes_is_not_voided(billing: Billing) -> None:
    final = await billing.billed()
    await billing.credit(final, (1, "10.00"))
    refused = await billing.change(await billing.read(final["id"]), "voiding", reason="x")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.invoice.credited")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([(9, "1.00")], "finance.credit-note.line-unknown"),
        ([(1, "1.00"), (1, "1.00")], "finance.credit-note.line-unknown"),
        ([(1, "0.001")], "finance.credit-note.not-to-the-cent"),
        ([(1, "0")], "request.invalid"),
        ([(1, "-1.00")], "request.invalid"),
        ([], "request.invalid"),
    ],
)
async def test_a_credit_note_says_what_it_credits(billing: Billing, lines: list[tuple[int, str]], code: str) -> None:
    refused = await billing.credit(await billing.billed(), *lines)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_draft_is_not_credited(billing: Billing) -> None:
    await billing.billed()
    refused = await billing.credit(await billing.invoice("Water"), (1, "1.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.invoice.not-final")


async def test_a_caller_of_one_unit_sees_the_credit_notes_of_that_unit_alone(billing: Billing) -> None:
    own, other = await billing.billed(), await billing.finalized("Water")
    notes = [(await billing.credit(final, (1, "1.00"))).json() for final in (own, other)]
    unit = UUID(billing.consumers["Harbour"])
    async with billing.books.finance.as_caller("finance:credit-note:read", unit=unit) as harbour:
        assert [each["id"] for each in (await harbour.get("/v1/credit-notes")).json()["items"]] == [notes[0]["id"]]
        assert (await harbour.get(f"/v1/credit-notes/{notes[0]['id']}")).status_code == 200
        assert (await harbour.get(f"/v1/credit-notes/{notes[1]['id']}")).status_code == 404
