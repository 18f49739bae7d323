"""Drivers: quantities as of a day, brought by files and by facts."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.finance.books import Books

HEADCOUNT = {"code": "headcount", "name": "Headcount", "unit": "people"}


async def imported(books: Books, rows: str) -> dict[str, Any]:
    body = f"driver,cost_object,consumer,valid_from,quantity\n{rows}"
    answer = await books.client.post("/v1/driver-quantity-imports", content=body, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def quantities(client: httpx.AsyncClient, on: str) -> list[str]:
    driver = (await client.get("/v1/drivers")).json()["items"][0]
    found = (await client.get(f"/v1/drivers/{driver['id']}/quantities?on={on}")).json()
    return [item["quantity"] for item in found["items"]]


async def know(finance: ServiceUnderTest, name: str) -> str:
    id = str(uuid7())
    fact = {"customer_id": id, "code": name.lower(), "name": name, "kind": "internal_unit", "parent_id": None}
    await finance.deliver("strategy.customer-registered.v1", fact, subject=uuid4())
    return id


async def test_a_quantity_holds_until_the_next_one_of_the_same_target(books: Books) -> None:
    await books.make("/v1/drivers", HEADCOUNT)
    await imported(books, "headcount,MAIL,,2025-04-01,5\nheadcount,MAIL,,2025-09-01,7\n")
    assert await quantities(books.client, "2025-03-31") == []
    assert await quantities(books.client, "2025-08-31") == ["5"]
    assert await quantities(books.client, "2025-09-01") == ["7"]


async def test_the_same_file_again_changes_nothing_and_a_corrected_one_changes_what_it_corrects(books: Books) -> None:
    await books.make("/v1/drivers", HEADCOUNT)
    file = "headcount,MAIL,,2025-04-01,5\nheadcount,HOSTING,,2025-04-01,8\n"
    assert (await imported(books, file))["created"] == 2
    assert (await imported(books, file))["unchanged"] == 2
    again = await imported(books, file.replace(",8", ",9"))
    assert (again["changed"], again["unchanged"]) == (1, 1)


async def test_rows_that_name_nobody_or_measure_nothing_are_named_with_their_line(books: Books) -> None:
    await books.make("/v1/drivers", HEADCOUNT)
    rows = [
        "headcount,NOBODY,,2025-04-01,5",
        "nothing,MAIL,,2025-04-01,5",
        "headcount,MAIL,,2025-04-01,-5",
        "headcount,MAIL,,01/04/2025,5",
        "headcount,,,2025-04-01,5",
        "headcount,MAIL,,2025-04-01,NaN",
    ]
    result = await imported(books, "\n".join(rows) + "\n")
    assert (result["read"], result["rejected"], result["accepted"]) == (6, 6, 0)
    assert [rejection["line"] for rejection in result["rejections"]] == [2, 3, 4, 5, 6, 7]


async def test_a_measure_of_a_customer_is_a_driver_of_the_same_code(finance: ServiceUnderTest) -> None:
    customer = await know(finance, "Harbour")
    sized = {"customer_id": customer, "measure": "headcount", "quantity": "410", "valid_from": "2025-04-01"}
    await finance.deliver("strategy.customer-sized.v1", sized)
    await finance.deliver("strategy.customer-sized.v1", {**sized, "quantity": "425", "valid_from": "2026-04-01"})
    assert await quantities(finance.client, "2025-12-31") == ["410"]
    assert await quantities(finance.client, "2026-04-01") == ["425"]


@pytest.mark.parametrize("body", [{**HEADCOUNT, "code": "a b"}, {"code": "x"}, {**HEADCOUNT, "size": 1}])
async def test_a_driver_that_is_not_described_is_refused(finance: ServiceUnderTest, body: dict[str, Any]) -> None:
    assert (await finance.client.post("/v1/drivers", json=body)).status_code == 422


async def test_a_driver_code_is_unique(finance: ServiceUnderTest) -> None:
    assert (await finance.client.post("/v1/drivers", json=HEADCOUNT)).status_code == 201
    answer = await finance.client.post("/v1/drivers", json=HEADCOUNT)
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.driver.code-taken")
