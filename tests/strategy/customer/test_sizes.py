"""How large a customer is holds from a day until the next statement."""

import asyncio

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def state(strategy: ServiceUnderTest, customer: Made, day: str, quantity: str, measure: str = "headcount") -> int:
    path = f"/v1/customers/{customer['id']}/sizes/{measure}/{day}"
    return (await strategy.client.put(path, json={"quantity": quantity})).status_code


async def test_a_size_is_valid_from_its_day_until_the_next_one(strategy: ServiceUnderTest, steps: Steps) -> None:
    a = await steps.customer("A")
    for day, quantity in (("2022-04-01", "10"), ("2024-04-01", "12.5")):
        assert await state(strategy, a, day, quantity) == 200
    await state(strategy, a, "2023-04-01", "3", "seats")
    path = f"/customers/{a['id']}/sizes"
    for day, expected in {"2022-03-31": [], "2022-04-01": ["10"], "2024-03-31": ["10"], "2024-04-01": ["12.5"]}.items():
        assert await steps.listed(path, "quantity", measure="headcount", on=day) == expected
    assert await steps.listed(path, "quantity", on="2024-12-31") == ["3", "12.5"]
    assert await steps.listed(path, "quantity") == ["10", "3", "12.5"]
    assert await steps.listed("/customer-sizes", "quantity", measure="headcount", on="2023-01-01") == ["10"]


async def test_stating_a_size_again_announces_nothing_and_correcting_it_does(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    a = await steps.customer("A")
    for quantity in ("10", "10.0", "11"):
        assert await state(strategy, a, "2024-04-01", quantity) == 200
    facts = await strategy.announced("strategy.customer-sized.v1")
    assert [fact.data["quantity"] for fact in facts] == ["10", "11"]
    assert facts[1].data == {
        "customer_id": a["id"],
        "measure": "headcount",
        "quantity": "11",
        "valid_from": "2024-04-01",
    }
    assert await steps.listed(f"/customers/{a['id']}/sizes", "quantity") == ["11"]


async def test_sizes_stated_at_a_time_are_all_kept(strategy: ServiceUnderTest, steps: Steps) -> None:
    a = await steps.customer("A")
    days = [f"2024-{month:02}-01" for month in range(1, 9)]
    assert await asyncio.gather(*(state(strategy, a, day, "1") for day in days)) == [200] * 8
    facts = await strategy.announced("strategy.customer-sized.v1")
    assert sorted(fact.sequence for fact in facts) == list(range(2, 10))


@pytest.mark.parametrize("quantity", ["-1", "NaN", "1e5", "1" * 21, "", "ten"])
async def test_a_size_is_a_plain_number_of_zero_or_more(
    strategy: ServiceUnderTest, steps: Steps, quantity: str
) -> None:
    assert await state(strategy, await steps.customer("A"), "2024-04-01", quantity) == 422
    assert await strategy.announced("strategy.customer-sized.v1") == []


@pytest.mark.parametrize("day", ["2024-02-30", "0", "1712000000", "20240401"])
async def test_a_size_needs_a_day(strategy: ServiceUnderTest, steps: Steps, day: str) -> None:
    assert await state(strategy, await steps.customer("A"), day, "1") == 422


async def test_a_number_is_not_a_quantity_and_an_unknown_customer_has_no_size(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    a = await steps.customer("A")
    answer = await strategy.client.put(f"/v1/customers/{a['id']}/sizes/headcount/2024-04-01", json={"quantity": 1})
    assert answer.status_code == 422
    assert await state(strategy, {"id": uuid7()}, "2024-04-01", "1") == 404
    assert (await strategy.client.get(f"/v1/customers/{uuid7()}/sizes")).status_code == 404
