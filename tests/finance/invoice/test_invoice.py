"""Invoices from drafts to final: what they bill, what they post, and who sees them."""

from uuid import UUID

from sqlalchemy import text

from tests.finance.billing import APRIL, EXTERNAL, TERMS, Billing


async def test_a_draft_bills_what_is_charged_and_shows_where_each_line_comes_from(billing: Billing) -> None:
    await billing.cost("mail", "100.00")
    await billing.cost("hosting", "30.00", "HOSTING")
    await billing.charge()
    drafted = await billing.draft()
    assert (drafted["drafted"], drafted["total"], len(drafted["invoice_ids"])) == (3, "130.00", 3)
    harbour = await billing.invoice("Harbour")
    assert (harbour["state"], harbour["number"], harbour["total"]) == ("draft", None, "43.34")
    assert [(row["cost_object_code"], row["amount"], row["quantity"], row["unit"]) for row in harbour["lines"]] == [
        ("HOSTING", "10.00", "1", "headcount"),
        ("MAIL", "33.34", "1", "headcount"),
    ]
    explained = await billing.client.get(harbour["lines"][0]["explanation"].removeprefix("/finance"))
    assert explained.json()["charge_id"] == harbour["lines"][0]["charge_id"]


async def test_a_final_invoice_has_a_number_and_posts_recovery_by_service_against_the_receivable(
    billing: Billing,
) -> None:
    await billing.cost("hosting", "30.00", "HOSTING")
    final = await billing.billed()
    assert (final["state"], final["number"], final["issued_on"], final["due_on"]) == (
        "final",
        "INV-2025-26-000001",
        "2026-01-15",
        "2026-02-14",
    )
    assert await billing.posted(final["entry_id"]) == [
        ("1200", "40.00", None),
        ("4100", "-10.00", "HOSTING"),
        ("4100", "-30.00", "MAIL"),
    ]
    (fact,) = await billing.books.finance.announced("finance.invoice-finalized.v1")
    assert (fact.data["number"], fact.data["total"]) == ("INV-2025-26-000001", "40.00")
    assert [(s["cost_object_code"], s["amount"]) for s in fact.data["services"]] == [
        ("HOSTING", "10.00"),
        ("MAIL", "30.00"),
    ]


async def test_a_statement_of_a_showback_plan_posts_nothing_and_has_its_own_numbers(billing: Billing) -> None:
    plan = {"code": "shown", "name": "Shown", "driver": "headcount", "cost_objects": {"codes": ["MAIL"]}}
    await billing.books.make("/v1/charge-plans", plan)
    await billing.cost("mail", "90.00")
    await billing.charge("shown")
    await billing.draft("shown")
    final = await billing.finalized("Water")
    assert (final["number"], final["entry_id"], final["total"]) == ("ST-2025-26-000001", None, "30.00")


async def test_a_range_that_was_not_charged_is_not_invoiced(billing: Billing) -> None:
    answer = await billing.client.post("/v1/invoices", json={"plan": "it", **APRIL})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.invoice.not-charged")


async def test_nobody_is_billed_without_terms(billing: Billing) -> None:
    (profile,) = (await billing.client.get("/v1/billing-profiles")).json()["items"]
    harbour = billing.consumers["Harbour"]
    other = {**TERMS, "consumer_id": harbour}
    await billing.books.make("/v1/billing-profiles", other)
    async with billing.books.finance.database.transaction() as session:
        await session.execute(text("DELETE FROM billing_profiles WHERE id = :id"), {"id": profile["id"]})
    await billing.cost("mail", "90.00")
    await billing.charge()
    answer = await billing.client.post("/v1/invoices", json={"plan": "it", **APRIL})
    assert answer.json()["code"] == "finance.billing-profile.missing"
    assert (await billing.draft(consumer_ids=[harbour]))["drafted"] == 1


async def test_some_consumers_are_drafted_and_the_others_are_left(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft(consumer_ids=[billing.consumers["Water"]])
    assert [each["consumer_name"] for each in await billing.invoices()] == ["Water"]


async def test_a_draft_follows_its_charges_and_begins_its_days_of_grace_anew(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    billing.books.finance.clock.advance(days=3)
    await billing.cost("late", "30.00")
    await billing.charge()
    drafted = await billing.draft()
    assert (drafted["drafted"], drafted["recomputed"], drafted["total"]) == (0, 3, "120.00")
    harbour = await billing.invoice("Harbour")
    assert (harbour["total"], harbour["finalize_at"][:10]) == ("40.00", "2026-01-28")
    again = await billing.draft()
    assert (again["recomputed"], again["unchanged"]) == (0, 3)


async def test_a_draft_whose_charges_have_changed_does_not_become_final(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    await billing.cost("late", "30.00")
    await billing.charge()
    harbour = await billing.invoice("Harbour")
    refused = await billing.change(harbour, "finalization")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.invoice.outdated")
    recomputed = (await billing.change(harbour, "recomputation")).json()
    assert recomputed["total"] == "40.00"
    assert (await billing.change(recomputed, "finalization")).json()["number"] == "INV-2025-26-000001"


async def test_a_discarded_draft_is_drafted_anew(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    harbour = await billing.invoice("Harbour")
    discarded = (await billing.change(harbour, "discarding")).json()
    assert discarded["state"] == "discarded"
    assert (await billing.change(discarded, "finalization")).json()["code"] == "finance.invoice.not-a-draft"
    assert (await billing.draft())["drafted"] == 1


async def test_an_invoice_is_posted_on_the_last_day_billed_or_in_the_next_open_period(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    harbour = await billing.finalized("Harbour")
    entry = (await billing.client.get(f"/v1/journal-entries/{harbour['entry_id']}")).json()
    assert entry["posted_on"] == "2025-04-30"
    await billing.books.move("2025-26-P01", "closing")
    water = await billing.invoice("Water")
    refused = await billing.change(water, "finalization", posted_on="2025-04-30")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.fiscal-period.not-open")
    later = (await billing.change(water, "finalization")).json()
    entry = (await billing.client.get(f"/v1/journal-entries/{later['entry_id']}")).json()
    assert (entry["posted_on"], later["number"]) == ("2026-01-15", "INV-2025-26-000002")


async def test_a_refused_finalization_gives_its_number_back(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    await billing.books.move("2025-26-P01", "closing")
    harbour = await billing.invoice("Harbour")
    assert (await billing.change(harbour, "finalization", posted_on="2025-04-30")).status_code == 409
    assert (await billing.change(harbour, "finalization")).json()["number"] == "INV-2025-26-000001"


async def test_tax_is_due_from_external_consumers_alone_on_the_invoice_as_a_whole(billing: Billing) -> None:
    rates = [
        {"name": "GST", "percent": "5", "valid_from": "2008-01-01"},
        {"name": "GST", "percent": "6", "valid_from": "2025-05-01"},
        {"name": "QST", "percent": "9.975", "valid_from": "2013-01-01"},
    ]
    harbour = {**EXTERNAL, "tax_rates": rates, "consumer_id": billing.consumers["Harbour"]}
    await billing.books.make("/v1/billing-profiles", harbour)
    await billing.cost("mail", "100.00")
    await billing.cost("hosting", "0.10", "HOSTING")
    await billing.charge()
    await billing.draft()
    final = await billing.finalized("Harbour")
    # 33.34 + 0.04 = 33.38; 5 % is 1.669, 9.975 % is 3.329655.
    assert (final["net"], final["tax"], final["total"]) == ("33.38", "5.00", "38.38")
    assert [(tax["name"], tax["amount"]) for tax in final["taxes"]] == [("GST", "1.67"), ("QST", "3.33")]
    assert ("2300", "-5.00", None) in await billing.posted(final["entry_id"])
    assert (await billing.finalized("Water"))["taxes"] == []


async def test_a_caller_of_one_unit_sees_the_invoices_of_that_unit_alone(billing: Billing) -> None:

    await billing.billed()
    own, other = await billing.invoice("Harbour"), await billing.invoice("Water")
    unit = UUID(billing.consumers["Harbour"])
    async with billing.books.finance.as_caller("finance:*:*", unit=unit) as harbour:
        assert [each["id"] for each in (await harbour.get("/v1/invoices")).json()["items"]] == [own["id"]]
        assert (await harbour.get(f"/v1/invoices/{own['id']}")).status_code == 200
        assert (await harbour.get(f"/v1/invoices/{other['id']}")).status_code == 404
        version = {"If-Match": f'"{other["version"]}"'}
        for verb, body in (
            ("finalization", {}),
            ("voiding", {"reason": "x"}),
            ("recomputation", None),
            ("discarding", None),
        ):
            answer = await harbour.post(f"/v1/invoices/{other['id']}/{verb}", json=body, headers=version)
            assert answer.status_code == 404, answer.text
