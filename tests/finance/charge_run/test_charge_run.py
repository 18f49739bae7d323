"""Charges as showback: whole cents, by driver or by subscription, and none after a service has ended."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.finance.books import Books, entry, line

APRIL = {"starts_on": "2025-04-01", "ends_on": "2025-05-01"}
MAY = {"starts_on": "2025-05-01", "ends_on": "2025-06-01"}
PLAN = {"code": "mail", "name": "Mail by headcount", "cost_objects": {"codes": ["MAIL"]}, "driver": "headcount"}


async def customer(
    finance: ServiceUnderTest, name: str, headcount: str | None = None, *, code: str | None = None
) -> str:
    id, code = uuid7(), code or name.lower()
    known = {"customer_id": str(id), "code": code, "name": name, "kind": "internal_unit", "parent_id": None}
    await finance.deliver("strategy.customer-registered.v1", known, subject=id)
    if headcount is not None:
        sized = {"customer_id": str(id), "measure": "headcount", "quantity": headcount, "valid_from": "2025-04-01"}
        await finance.deliver("strategy.customer-sized.v1", sized, subject=id)
    return str(id)


async def launched(finance: ServiceUnderTest, code: str) -> UUID:
    id = uuid4()
    service = {"service_id": str(id), "code": code, "name": code.title(), "kind": "customer_facing"}
    await finance.deliver("portfolio.service-launched.v1", {**service, "launched_on": "2025-04-01"}, subject=id)
    return id


@pytest.fixture
async def mail(books: Books) -> Books:
    """MAIL is a service that cost 100.00 in April; three customers have 1, 1 and 1 people."""
    await launched(books.finance, "MAIL")
    for name in ("Water", "Harbour", "Transit"):
        await customer(books.finance, name, "1")
    assert (await books.post(entry("april", "100.00"))).status_code == 201
    await books.make("/v1/charge-plans", PLAN)
    return books


async def run(books: Books, **changes: Any) -> dict[str, Any]:
    return await books.make("/v1/charge-runs", {"plan": "mail", **APRIL, **changes})


async def charges(books: Books) -> dict[str, str]:
    found = (await books.client.get("/v1/charges?sort=consumer_name")).json()["items"]
    return {charge["consumer_name"]: charge["total"] for charge in found}


async def test_the_charges_add_up_to_the_cost_and_the_odd_cent_goes_to_the_first_by_name(mail: Books) -> None:
    assert (await run(mail))["total"] == "100.00"
    assert await charges(mail) == {"Harbour": "33.34", "Transit": "33.33", "Water": "33.33"}


async def test_a_customer_without_any_of_the_driver_is_not_charged(mail: Books) -> None:
    await customer(mail.finance, "Museum", "0")
    await customer(mail.finance, "Parks")
    await run(mail)
    assert "Museum" not in await charges(mail)
    assert "Parks" not in await charges(mail)


async def test_each_charge_is_announced_with_the_services_behind_it(mail: Books) -> None:
    made = await run(mail)
    facts = await mail.finance.announced("finance.charge-issued.v1")
    assert len(facts) == 3
    assert {fact.data["charge_run_id"] for fact in facts} == {made["id"]}
    (harbour,) = [fact.data for fact in facts if fact.data["total"] == "33.34"]
    assert [(s["cost_object_code"], s["amount"]) for s in harbour["services"]] == [("MAIL", "33.34")]


async def test_a_later_run_replaces_the_charges_of_the_earlier_one(mail: Books) -> None:
    first = await run(mail)
    await mail.post(entry("late", "50.00"))
    second = await run(mail)
    assert second["total"] == "150.00"
    assert await charges(mail) == dict.fromkeys(("Harbour", "Transit", "Water"), "50.00")
    assert len((await mail.client.get("/v1/charges?current=false")).json()["items"]) == 6
    facts = await mail.finance.announced("finance.charge-issued.v1")
    assert {fact.data["replaces_charge_run_id"] for fact in facts} == {None, first["id"]}


async def test_a_retired_service_is_charged_up_to_its_end_and_no_further(mail: Books) -> None:
    object_id = (await mail.client.get("/v1/cost-objects?code=MAIL")).json()["items"][0]["service_id"]
    retired = {"service_id": object_id, "code": "MAIL", "name": "Mail", "kind": "customer_facing"}
    await mail.finance.deliver(
        "portfolio.service-retired.v1", {**retired, "retired_on": "2025-05-01"}, subject=UUID(object_id), sequence=9
    )
    assert (await run(mail))["total"] == "100.00"
    may = await run(mail, **MAY)
    assert may["total"] == "0"
    assert may["uncharged"] == [{"cost_object_code": "MAIL", "reason": "ended on 2025-05-01"}]


async def test_a_cost_object_that_is_not_chargeable_is_named_as_left_out(mail: Books) -> None:
    await mail.make("/v1/charge-plans", {**PLAN, "code": "hosting", "cost_objects": {"codes": ["HOSTING"]}})
    made = await run(mail, plan="hosting")
    assert made["uncharged"] == [{"cost_object_code": "HOSTING", "reason": "not chargeable"}]


async def test_without_a_driver_a_service_is_charged_by_subscribed_days(mail: Books) -> None:
    service_id = await launched(mail.finance, "HOSTING")
    await mail.post(entry("host", lines=[line("5200", "90.00", cost_object="HOSTING"), line("2000", "-90.00")]))
    for name, starts_on, ends_on in (("Alpha", "2025-04-01", None), ("Beta", "2025-04-01", "2025-04-16")):
        id = uuid4()
        started = {
            "subscription_id": str(id),
            "service_id": str(service_id),
            "customer_id": await customer(mail.finance, name),
            "quantity": "2",
            "option": None,
            "starts_on": starts_on,
        }
        await mail.finance.deliver("portfolio.subscription-started.v1", started, subject=id)
        if ends_on:
            ended = {key: started[key] for key in ("subscription_id", "service_id", "customer_id")}
            await mail.finance.deliver("portfolio.subscription-ended.v1", {**ended, "ended_on": ends_on}, subject=id)
    await mail.make(
        "/v1/charge-plans", {"code": "use", "name": "Hosting by use", "cost_objects": {"codes": ["HOSTING"]}}
    )
    await run(mail, plan="use")
    # 2 × 30 days and 2 × 15 days: two thirds and one third.
    assert await charges(mail) == {"Alpha": "60.00", "Beta": "30.00"}


async def test_a_charge_is_explained_back_to_the_entries_behind_it(mail: Books) -> None:
    await run(mail)
    charge = (await mail.client.get("/v1/charges?sort=consumer_name&limit=1")).json()["items"][0]
    explained = (await mail.client.get(f"/v1/charges/{charge['id']}/explanation")).json()
    (told,) = explained["lines"]
    assert (told["cost"], told["quantity"], told["quantity_total"]) == ("100.00", "1", "3")
    assert (told["exact"], told["amount"]) == ("33.333333333333", "33.34")
    assert told["direct"]["amount"] == "100.00"
    assert told["direct"]["entry_count"] == 1
    posted = (await mail.client.get(f"/v1/journal-entries/{told['direct']['entries'][0]}")).json()
    assert posted["reference"] == "april"


async def test_full_cost_is_charged_only_after_its_allocation_and_explained_through_the_pool(mail: Books) -> None:
    await mail.make("/v1/cost-objects", {"code": "ADMIN", "name": "Administration", "kind": "cost_center"})
    await mail.post(entry("admin", lines=[line("5100", "20.00", cost_object="ADMIN"), line("2000", "-20.00")]))
    await mail.make("/v1/drivers", {"code": "fte", "name": "Staff", "unit": "people"})
    rows = "driver,cost_object,valid_from,quantity\nfte,MAIL,2025-04-01,3\n"
    await mail.client.post("/v1/driver-quantity-imports", content=rows, headers={"Content-Type": "text/csv"})
    pool = {"code": "overhead", "sources": {"codes": ["ADMIN"]}, "targets": {"codes": ["MAIL"]}, "driver": "fte"}
    await mail.make(
        "/v1/allocation-models", {"code": "m", "name": "M", "effective_from": "2025-04-01", "pools": [pool]}
    )
    await mail.make("/v1/charge-plans", {**PLAN, "code": "full", "basis": "full", "allocation_model": "m"})
    refused = await mail.client.post("/v1/charge-runs", json={"plan": "full", **APRIL})
    assert refused.json()["code"] == "finance.charge-run.not-allocated"
    await mail.make("/v1/allocation-runs", {"model": "m", **APRIL})
    made = await run(mail, plan="full")
    assert made["total"] == "120.00"
    charge = (await mail.client.get(f"/v1/charges?run_id={made['id']}&limit=1")).json()["items"][0]
    (told,) = (await mail.client.get(f"/v1/charges/{charge['id']}/explanation")).json()["lines"]
    (pooled,) = told["pools"]
    assert (told["direct"]["amount"], pooled["amount"], pooled["pool_cost"]) == ("100.00", "20.00", "20.00")
    assert [source["cost_object_code"] for source in pooled["sources"]] == ["ADMIN"]


async def test_a_consumer_sees_the_charges_of_its_own_unit_only(mail: Books) -> None:
    await run(mail)
    own, other = (await mail.client.get("/v1/charges?limit=2")).json()["items"]
    unit = UUID(own["consumer_id"])
    async with mail.finance.as_caller("finance:charge:read", unit=unit) as consumer:
        assert [charge["id"] for charge in (await consumer.get("/v1/charges")).json()["items"]] == [own["id"]]
        assert (await consumer.get(f"/v1/charges/{own['id']}/explanation")).status_code == 200
        for path in ("", "/lines", "/explanation"):
            assert (await consumer.get(f"/v1/charges/{other['id']}{path}")).status_code == 404


async def test_a_plan_that_names_full_cost_names_its_model(mail: Books) -> None:
    for changes in ({"basis": "full"}, {"allocation_model": "m"}):
        answer = await mail.client.post("/v1/charge-plans", json={**PLAN, "code": "x", **changes})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
