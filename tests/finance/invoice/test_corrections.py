"""What changes after it was billed is billed as a correction, once and exactly."""

from uuid import UUID, uuid4

import pytest

from tests.finance.billing import APRIL, MAY, Billing


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


async def test_charges_repeated_to_the_same_end_leave_a_draft_as_it_is(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    before = await billing.invoice("Harbour")
    await billing.charge()
    assert (await billing.draft())["unchanged"] == 3
    assert await billing.invoice("Harbour") == before
    assert (await billing.change(before, "finalization")).status_code == 200


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
