"""Invoices from drafts to final: what they bill, what they post, and what can no longer happen to them."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.finance.billing import APRIL, EXTERNAL, MAY, TERMS, Billing


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


async def test_what_repeats_is_billed_once(billing: Billing) -> None:
    final = await billing.billed()
    await billing.charge()
    drafted = await billing.draft()
    assert drafted["drafted"] == 0
    assert len(await billing.invoices(consumer_id=final["consumer_id"])) == 1


@pytest.mark.parametrize(("late", "difference"), [("30.00", "10.00"), ("-9.00", "-3.00")])
async def test_a_cost_that_comes_later_is_billed_as_a_correction_of_exactly_the_difference(
    billing: Billing, late: str, difference: str
) -> None:
    first = await billing.billed()
    await billing.cost("late", late)
    await billing.charge()
    await billing.draft()
    correction = await billing.invoice("Harbour", state="draft")
    (only,) = correction["lines"]
    assert (correction["total"], only["amount"], only["corrects_id"]) == (difference, difference, first["id"])
    assert only["billed"] == "30.00"
    final = await billing.finalized("Harbour")
    assert (await billing.posted(final["entry_id"]))[0] == ("1200", difference, None)


async def test_who_is_charged_no_more_gets_all_of_it_back(billing: Billing) -> None:
    first = await billing.billed()
    await billing.size("Harbour", "0")
    await billing.charge()
    await billing.draft()
    back = await billing.invoice("Harbour", state="draft")
    assert (back["total"], back["lines"][0]["charged"], back["lines"][0]["corrects_id"]) == ("-30.00", "0", first["id"])
    assert back["lines"][0]["charge_id"] == first["lines"][0]["charge_id"]
    assert (await billing.invoice("Water"))["total"] == "45.00"


async def test_a_merged_consumer_is_billed_with_what_was_billed_to_it_before(billing: Billing) -> None:
    await billing.billed("Transit")
    merged, survivor = billing.consumers["Transit"], billing.consumers["Harbour"]

    await billing.deliver("strategy.customers-merged.v1", {"merged_id": merged, "survivor_id": survivor}, UUID(merged))
    await billing.charge()
    await billing.draft()
    harbour = await billing.invoice("Harbour", state="draft")
    assert (harbour["lines"][0]["charged"], harbour["lines"][0]["billed"], harbour["total"]) == (
        "45.00",
        "30.00",
        "15.00",
    )


async def test_what_was_recovered_makes_no_later_charge_smaller(billing: Billing) -> None:
    plan = {"code": "net", "name": "Net", "mode": "chargeback", "driver": "headcount", "basis": "net"}
    await billing.books.make("/v1/charge-plans", {**plan, "cost_objects": {"codes": ["MAIL"]}})
    await billing.cost("mail", "90.00")
    await billing.charge("net")
    await billing.draft("net")
    await billing.finalized("Harbour")
    assert (await billing.charge("net"))["total"] == "90.00"


async def test_a_repeated_allocation_is_billed_as_a_correction_and_what_was_recovered_does_not_come_into_it(
    billing: Billing,
) -> None:
    await billing.books.make("/v1/cost-objects", {"code": "ADMIN", "name": "Administration", "kind": "cost_center"})
    pool = {"code": "overhead", "sources": {"codes": ["ADMIN"]}, "targets": {"codes": ["MAIL"]}, "by": "even"}
    layers = [{"code": "one", "method": "direct", "pools": [pool]}]
    await billing.books.make(
        "/v1/allocation-models", {"code": "m", "name": "M", "effective_from": "2025-04-01", "layers": layers}
    )
    plan = {"code": "full", "name": "Full", "mode": "chargeback", "driver": "headcount", "basis": "full"}
    await billing.books.make("/v1/charge-plans", {**plan, "allocation_model": "m", "cost_objects": {"codes": ["MAIL"]}})
    await billing.cost("mail", "90.00")
    await billing.cost("admin", "30.00", "ADMIN")
    await billing.books.make("/v1/allocation-runs", {"model": "m", **APRIL})
    await billing.charge("full")
    await billing.draft("full")
    assert (await billing.finalized("Harbour"))["total"] == "40.00"
    await billing.cost("more admin", "6.00", "ADMIN")
    await billing.books.make("/v1/allocation-runs", {"model": "m", **APRIL})
    assert (await billing.charge("full"))["total"] == "126.00"
    await billing.draft("full")
    (correction,) = (await billing.invoice("Harbour", state="draft"))["lines"]
    assert (correction["charged"], correction["billed"], correction["amount"]) == ("42.00", "40.00", "2.00")


async def test_a_range_that_shares_days_with_an_invoiced_one_is_refused(billing: Billing) -> None:
    await billing.billed()
    longer = {"starts_on": "2025-04-01", "ends_on": "2025-06-01"}
    await billing.charge(**longer)
    answer = await billing.client.post("/v1/invoices", json={"plan": "it", **longer})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.invoice.range-overlaps")


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


async def test_charges_repeated_to_the_same_end_leave_a_draft_as_it_is(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    before = await billing.invoice("Harbour")
    await billing.charge()
    assert (await billing.draft())["unchanged"] == 3
    assert await billing.invoice("Harbour") == before
    assert (await billing.change(before, "finalization")).status_code == 200


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


async def test_a_service_that_ended_is_billed_up_to_its_end_and_no_further(billing: Billing) -> None:
    """By subscribed days: Alpha had it in all of April, Beta from the 11th, and it ended on the 16th."""

    service_id = billing.services["HOSTING"]
    for name, starts_on in (("Alpha", "2025-04-01"), ("Beta", "2025-04-11")):
        id = uuid4()
        started = {
            "subscription_id": str(id),
            "service_id": str(service_id),
            "customer_id": await billing.consumer(name, "0"),
            "quantity": "1",
            "option": None,
            "starts_on": starts_on,
        }
        await billing.deliver("portfolio.subscription-started.v1", started, id)
    plan = {"code": "use", "name": "By use", "mode": "chargeback", "cost_objects": {"codes": ["HOSTING"]}}
    await billing.books.make("/v1/charge-plans", plan)
    await billing.cost("hosting", "80.00", "HOSTING", "2025-04-02")
    await billing.retire("HOSTING", "2025-04-16")
    await billing.charge("use")
    await billing.draft("use")
    # 15 days and 5 days.
    alpha, beta = await billing.finalized("Alpha"), await billing.finalized("Beta")
    assert [(each["total"], each["lines"][0]["quantity"]) for each in (alpha, beta)] == [
        ("60.00", "15"),
        ("20.00", "5"),
    ]
    assert (await billing.posted(alpha["entry_id"]))[1] == ("4100", "-60.00", "HOSTING")
    may = await billing.charge("use", **MAY)
    assert may["uncharged"] == [{"cost_object_code": "HOSTING", "reason": "ended on 2025-04-16"}]
    assert (await billing.draft("use", **MAY))["drafted"] == 0


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
