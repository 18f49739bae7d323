"""Disputes: opened by the consumer, upheld with a credit note or rejected with words."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.finance.billing import Billing


async def dispute(billing: Billing, invoice: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"reason": "We left the building in March.", **more}
    return await billing.client.post(f"/v1/invoices/{invoice['id']}/disputes", json=body)


async def resolve(billing: Billing, opened: dict[str, Any], **said: Any) -> httpx.Response:
    body = {"upheld": False, "words": "You left in May.", **said}
    version = {"If-Match": f'"{opened["version"]}"'}
    return await billing.client.post(f"/v1/disputes/{opened['id']}/resolution", json=body, headers=version)


async def test_a_dispute_is_rejected_with_words(billing: Billing) -> None:
    opened = (await dispute(billing, await billing.billed(), line_numbers=[1])).json()
    assert (opened["state"], opened["line_numbers"]) == ("open", [1])
    resolved = (await resolve(billing, opened)).json()
    assert (resolved["state"], resolved["words"], resolved["credit_note_id"]) == ("rejected", "You left in May.", None)
    (told,) = await billing.books.finance.announced("finance.dispute-opened.v1")
    assert [(s["cost_object_code"], s["amount"]) for s in told.data["services"]] == [("MAIL", "30.00")]
    (told,) = await billing.books.finance.announced("finance.dispute-resolved.v1")
    assert (told.data["upheld"], told.data["services"]) == (False, [])


async def test_an_upheld_dispute_of_a_final_invoice_ends_in_a_credit_note(billing: Billing) -> None:
    final = await billing.billed()
    opened = (await dispute(billing, final)).json()
    credited = [{"line_number": 1, "amount": "12.00"}]
    resolved = (await resolve(billing, opened, upheld=True, words="Quite so.", credits=credited)).json()
    note = (await billing.client.get(f"/v1/credit-notes/{resolved['credit_note_id']}")).json()
    assert (resolved["state"], note["total"], note["reason"]) == ("upheld", "12.00", "Quite so.")
    assert (await billing.read(final["id"]))["credited"] == "12.00"
    again = await resolve(billing, resolved)
    assert (again.status_code, again.json()["code"]) == (409, "finance.dispute.resolved")


async def test_an_upheld_dispute_of_a_draft_has_it_recomputed(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    opened = (await dispute(billing, await billing.invoice("Harbour"))).json()
    await billing.size("Harbour", "0")
    await billing.charge()
    assert (await resolve(billing, opened, upheld=True)).json()["state"] == "upheld"
    assert (await billing.invoice("Harbour"))["state"] == "discarded"


@pytest.mark.parametrize(("upheld", "amount"), [(True, None), (False, "1.00")])
async def test_a_final_invoice_is_credited_exactly_when_its_dispute_is_upheld(
    billing: Billing, upheld: bool, amount: str | None
) -> None:
    opened = (await dispute(billing, await billing.billed())).json()
    credited = [{"line_number": 1, "amount": amount}] if amount else []
    refused = await resolve(billing, opened, upheld=upheld, credits=credited)
    assert (refused.status_code, refused.json()["code"]) == (422, "finance.dispute.credit-unfit")


async def test_an_invoice_has_one_open_dispute_however_many_ask(billing: Billing) -> None:
    final = await billing.billed()
    answers = await asyncio.gather(*(dispute(billing, final) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "finance.dispute.already-open"}


async def test_a_dispute_is_resolved_once_however_many_ask(billing: Billing) -> None:
    final = await billing.billed()
    opened = (await dispute(billing, final)).json()
    credited = [{"line_number": 1, "amount": "12.00"}]
    answers = await asyncio.gather(*(resolve(billing, opened, upheld=True, credits=credited) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert (await billing.read(final["id"]))["credited"] == "12.00"


async def test_only_lines_that_are_there_are_disputed_and_nothing_of_what_is_void(billing: Billing) -> None:
    final = await billing.billed()
    assert (await dispute(billing, final, line_numbers=[7])).json()["code"] == "finance.credit-note.line-unknown"
    await billing.change(final, "voiding", reason="x")
    assert (await dispute(billing, final)).json()["code"] == "finance.dispute.not-disputable"


async def test_a_consumer_disputes_and_sees_its_own_alone(billing: Billing) -> None:
    own, other = await billing.billed(), await billing.finalized("Water")
    theirs = (await dispute(billing, other)).json()
    rights = ("finance:dispute:open", "finance:dispute:read")
    unit = UUID(billing.consumers["Harbour"])
    async with billing.books.finance.as_caller(*rights, unit=unit, subject="ann") as harbour:
        opened = await harbour.post(f"/v1/invoices/{own['id']}/disputes", json={"reason": "Too much"})
        assert (opened.status_code, opened.json()["opened_by"]) == (201, "ann")
        foreign = await harbour.post(f"/v1/invoices/{other['id']}/disputes", json={"reason": "Too much"})
        assert foreign.status_code == 404
        assert [each["id"] for each in (await harbour.get("/v1/disputes")).json()["items"]] == [opened.json()["id"]]
        assert (await harbour.get(f"/v1/disputes/{theirs['id']}")).status_code == 404
        path = f"/v1/disputes/{opened.json()['id']}/resolution"
        refused = await harbour.post(path, json={"upheld": False, "words": "x"}, headers={"If-Match": '"1"'})
        assert refused.status_code == 403
