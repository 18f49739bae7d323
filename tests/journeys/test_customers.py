"""Customers as the other services know them: by their surviving id, with their sizes and subscriptions."""

from decimal import Decimal

from tests.journeys.conftest import Journey
from tests.journeys.organization import (
    YEAR,
    consumer,
    cost_object,
    customer,
    open_books,
    service,
    spend,
    subscribed,
)


async def test_a_registered_customer_is_known_and_a_changed_one_under_its_new_name(story: Journey) -> None:
    harbour = await customer(story.manager, "harbour")
    assert (await consumer(story.manager, harbour))["id"] == harbour["id"]
    path = f"/strategy/v1/customers/{harbour['id']}"
    await story.manager.put(path, {"name": "Harbour Authority", "kind": "internal_unit"}, version=harbour["version"])
    known = {"code": "harbour"}
    await story.manager.until(
        lambda page: page["items"][0]["name"] == "Harbour Authority", "/finance/v1/consumers", **known
    )


async def test_the_subscriptions_of_a_merged_customer_go_to_its_survivor(story: Journey) -> None:
    old, new = await customer(story.manager, "old"), await customer(story.manager, "new")
    for each in (old, new):
        await consumer(story.manager, each)
    mail = await service(story.manager, "mail")
    begun = await subscribed(story.manager, mail, old)
    path = f"/strategy/v1/customers/{old['id']}/merge"
    await story.manager.post(path, {"survivor_id": new["id"]}, version=old["version"])
    moved = await story.manager.until(
        lambda it: it["customer_id"] == new["id"], f"/portfolio/v1/subscriptions/{begun['id']}"
    )
    assert moved["quantity"] == begun["quantity"]
    await story.manager.until(lambda it: it["survivor_id"] == new["id"], f"/finance/v1/consumers/{old['id']}")


async def test_headcount_becomes_a_driver_and_is_charged_by(story: Journey) -> None:
    await open_books(story.manager)
    mail = await service(story.manager, "mail")
    await cost_object(story.manager, mail, chargeable=True)
    for code, people in (("a", 1), ("b", 3)):
        each = await customer(story.manager, code)
        path = f"/strategy/v1/customers/{each['id']}/sizes/headcount/2025-04-01"
        await story.manager.put(path, {"quantity": str(people)})
        await consumer(story.manager, each)
    (driver,) = (await story.manager.until(lambda page: bool(page["items"]), "/finance/v1/drivers"))["items"]
    path = f"/finance/v1/drivers/{driver['id']}/quantities"
    await story.manager.until(lambda page: len(page["items"]) == 2, path)
    await spend(story.manager, "mail", "100.00")
    plan = {"code": "p", "name": "P", "cost_objects": {"codes": ["mail"]}, "driver": "headcount"}
    await story.manager.post("/finance/v1/charge-plans", plan)
    await story.manager.post("/finance/v1/charge-runs", {"plan": "p", **YEAR})
    charges = await story.manager.every("/finance/v1/charges", sort="total")
    assert [charge["total"] for charge in charges] == ["25.00", "75.00"]
    recovery = await story.manager.until(
        lambda told: told["recovery"] is not None, f"/portfolio/v1/services/{mail['id']}/evidence", **YEAR
    )
    assert Decimal(recovery["recovery"]["ratio"]) == 1
    assert recovery["cost"]["cost"] == "100.00"


async def test_a_subscription_is_charged_while_it_lasts(story: Journey) -> None:
    await open_books(story.manager)
    mail, harbour = await service(story.manager, "mail"), await customer(story.manager, "harbour")
    await cost_object(story.manager, mail, chargeable=True)
    await consumer(story.manager, harbour)
    begun = await subscribed(story.manager, mail, harbour)
    await spend(story.manager, "mail", "60.00")
    plan = {"code": "use", "name": "By use", "cost_objects": {"codes": ["mail"]}}
    await story.manager.post("/finance/v1/charge-plans", plan)
    path = f"/portfolio/v1/subscriptions/{begun['id']}/termination"
    await story.manager.post(path, {"on": "2025-10-01"}, version=begun["version"])
    # Portfolio's facts of one subscription come in order: once its end has taken effect there is nothing to charge.
    half = {"starts_on": "2025-10-01", "ends_on": "2026-04-01"}
    for _ in range(50):
        first = await story.manager.post(
            "/finance/v1/charge-runs", {"plan": "use", "starts_on": "2025-04-01", "ends_on": "2025-10-01"}
        )
        later = await story.manager.post("/finance/v1/charge-runs", {"plan": "use", **half})
        if first["total"] == "60.00" and later["uncharged"]:
            break
    assert (first["total"], later["total"]) == ("60.00", "0")
