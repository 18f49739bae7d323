"""Two customers that turn out to be one: the survivor has everything, the other leads to it."""

import asyncio
from typing import Any

import httpx

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def merge(strategy: ServiceUnderTest, merged: Made, survivor: Made) -> httpx.Response:
    return await strategy.client.post(
        f"/v1/customers/{merged['id']}/merge",
        json={"survivor_id": survivor["id"]},
        headers={"If-Match": f'"{merged["version"]}"'},
    )


async def test_the_survivor_has_the_children_needs_and_ids_of_the_merged_customer(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    old = await steps.customer("old", external_ids=[{"source": "erp", "external_id": "1"}])
    new = await steps.customer("new", external_ids=[{"source": "crm", "external_id": "2"}])
    await steps.customer("branch", parent_id=old["id"])
    need = await steps.need(old)
    survivor = (await merge(strategy, old, new)).json()
    assert survivor["id"] == new["id"]
    assert survivor["external_ids"] == [
        {"source": "crm", "external_id": "2", "inherited": False},
        {"source": "erp", "external_id": "1", "inherited": True},
    ]
    assert await steps.listed("/customers", "code", parent_id=new["id"]) == ["branch"]
    assert await steps.listed("/needs", "id", customer_id=new["id"]) == [need["id"]]


async def test_the_merged_customer_leads_to_the_survivor_and_is_listed_no_more(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    old, new = await steps.customer("old"), await steps.customer("new")
    await merge(strategy, old, new)
    seen = await steps.get(f"/customers/{old['id']}")
    assert (seen["code"], seen["merged_into"]) == ("old", new["id"])
    assert await steps.listed("/customers", "code") == ["new"]
    assert await steps.listed("/customers", "code", merged="true") == ["old"]
    [fact] = await strategy.announced("strategy.customers-merged.v1")
    assert (fact.subject, fact.data) == (old["id"], {"merged_id": old["id"], "survivor_id": new["id"]})


async def test_a_merger_of_the_survivor_leads_on(strategy: ServiceUnderTest, steps: Steps) -> None:
    first, second, third = [await steps.customer(code) for code in ("first", "second", "third")]
    survivor = (await merge(strategy, first, second)).json()
    await merge(strategy, survivor, third)
    assert (await steps.get(f"/customers/{first['id']}"))["merged_into"] == third["id"]


async def test_the_name_of_a_merged_customer_is_free_and_its_code_is_not(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    old, new = await steps.customer("old"), await steps.customer("new")
    await merge(strategy, old, new)
    body = {"code": "old", "name": "old", "kind": "internal_unit"}
    refused = await strategy.client.post("/v1/customers", json=body)
    assert refused.json()["code"] == "strategy.customer.code-taken"
    assert (await strategy.client.post("/v1/customers", json={**body, "code": "fresh"})).status_code == 201


async def test_a_merged_customer_takes_no_more_changes(strategy: ServiceUnderTest, steps: Steps) -> None:
    old, new = await steps.customer("old"), await steps.customer("new")
    await merge(strategy, old, new)
    path = f"/v1/customers/{old['id']}"
    old, new = await steps.get(f"/customers/{old['id']}"), await steps.get(f"/customers/{new['id']}")
    need: dict[str, Any] = {"statement": "x", "asked_by": "y", "importance": 5, "customer_id": old["id"]}
    child = {"code": "child", "name": "child", "kind": "internal_unit", "parent_id": old["id"]}
    answers = [
        await strategy.client.put(f"{path}/sizes/headcount/2024-04-01", json={"quantity": "1"}),
        await strategy.client.put(f"{path}/external-ids/erp/1"),
        await strategy.client.post("/v1/needs", json=need),
        await strategy.client.post("/v1/customers", json=child),
        await merge(strategy, old, new),
        await merge(strategy, new, old),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "strategy.customer.merged"), answer.text
        assert answer.json()["merged_into"] == new["id"]


async def test_a_customer_is_not_merged_into_itself(strategy: ServiceUnderTest, steps: Steps) -> None:
    one = await steps.customer("one")
    refused = await merge(strategy, one, one)
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.customer.merged-into-itself")


async def test_a_survivor_from_below_takes_the_place_of_the_merged_customer(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    top = await steps.customer("top")
    merged = await steps.customer("merged", parent_id=top["id"])
    between = await steps.customer("between", parent_id=merged["id"])
    survivor = await steps.customer("survivor", parent_id=between["id"])
    assert (await merge(strategy, merged, survivor)).json()["parent_id"] == top["id"]
    assert await steps.listed("/customers", "code", parent_id=survivor["id"]) == ["between"]
    assert await steps.listed("/customers", "code", below=top["id"]) == ["between", "survivor"]


async def test_two_customers_are_not_merged_into_each_other_at_a_time(strategy: ServiceUnderTest, steps: Steps) -> None:
    a, b = await steps.customer("A"), await steps.customer("B")
    answers = await asyncio.gather(merge(strategy, a, b), merge(strategy, b, a))
    assert len([answer for answer in answers if answer.is_success]) == 1
    assert len(await steps.listed("/customers", "code")) == 1


async def test_the_survivor_takes_over_sizes_of_days_that_it_has_none_of(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    old, new = await steps.customer("old"), await steps.customer("new")
    for who, day, quantity in ((old, "2023-04-01", "5"), (old, "2024-04-01", "6"), (new, "2024-04-01", "60")):
        path = f"/v1/customers/{who['id']}/sizes/headcount/{day}"
        assert (await strategy.client.put(path, json={"quantity": quantity})).is_success
    old = await steps.get(f"/customers/{old['id']}")
    assert (await merge(strategy, old, new)).is_success
    assert await steps.listed(f"/customers/{new['id']}/sizes", "quantity") == ["5", "60"]
    assert await steps.listed(f"/customers/{old['id']}/sizes", "quantity") == ["5", "6"]
    assert await steps.listed("/customer-sizes", "customer_id", measure="headcount") == [new["id"]] * 2
    fact = (await strategy.announced("strategy.customer-sized.v1"))[-1]
    assert (fact.subject, fact.data["valid_from"], fact.data["quantity"]) == (new["id"], "2023-04-01", "5")
