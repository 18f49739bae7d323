"""Demand that strategy expects becomes dated quantities of a driver."""

from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest


def volumes(year: int, *quantities: str) -> list[dict[str, str]]:
    return [{"month": f"{year}-{at + 1:02}-01", "quantity": quantity} for at, quantity in enumerate(quantities)]


async def expected(finance: ServiceUnderTest, pattern: UUID, **said: Any) -> None:
    told = {
        "demand_pattern_id": str(pattern),
        "code": "calls",
        "name": "Calls",
        "unit": "calls",
        "service_id": None,
        "need_id": None,
        "customer_id": None,
        "segment_id": None,
        "driver": "desk-calls",
        "made_on": "2025-12-31",
        "method": "linear",
        "mean_absolute_error": None,
        "observed": volumes(2025, "1", "2"),
        "expected": volumes(2026, "3.5", "4.5"),
    }
    await finance.deliver("strategy.demand-forecast.v1", {**told, **said}, subject=pattern)


async def chartered(finance: ServiceUnderTest, service: UUID) -> None:
    day = {"chartered_on": "2025-01-01"}
    fact = {"service_id": str(service), "code": "desk", "name": "Desk", "kind": "customer_facing", **day}
    await finance.deliver("portfolio.service-chartered.v1", fact, subject=service)


async def told(finance: ServiceUnderTest) -> list[tuple[str, str, str]]:
    [driver] = (await finance.client.get("/v1/drivers")).json()["items"]
    assert (driver["code"], driver["name"], driver["unit"], driver["kind"]) == ("desk-calls", "Calls", "calls", "flow")
    path = f"/v1/drivers/{driver['id']}/quantities"
    items = (await finance.client.get(path, params={"dated_from": "2020-01-01"})).json()["items"]
    return [(item["target_kind"], item["valid_from"], item["quantity"]) for item in items]


async def test_the_demand_of_a_customer_is_dated_month_by_month(finance: ServiceUnderTest) -> None:
    customer = str(uuid7())
    await expected(finance, uuid7(), customer_id=customer, service_id=str(uuid7()))
    assert await told(finance) == [
        ("consumer", "2025-01-01", "1"),
        ("consumer", "2025-02-01", "2"),
        ("consumer", "2026-01-01", "3.5"),
        ("consumer", "2026-02-01", "4.5"),
    ]


async def test_a_later_forecast_takes_the_place_of_the_one_before(finance: ServiceUnderTest) -> None:
    customer, pattern = str(uuid7()), uuid7()
    await expected(finance, pattern, customer_id=customer)
    await expected(finance, pattern, customer_id=customer, observed=volumes(2026, "5"), expected=[])
    assert [row[2] for row in await told(finance)] == ["1", "2", "5", "4.5"]


async def test_the_demand_of_everybody_is_that_of_the_services_cost_object(finance: ServiceUnderTest) -> None:
    service = uuid7()
    await chartered(finance, service)
    await expected(finance, uuid7(), service_id=str(service))
    assert {row[0] for row in await told(finance)} == {"cost_object"}


async def test_demand_of_a_service_that_finance_has_not_heard_of_waits_for_it(finance: ServiceUnderTest) -> None:
    service = uuid7()
    await expected(finance, uuid7(), service_id=str(service))
    assert (await finance.client.get("/v1/drivers")).json()["items"] == []
    await chartered(finance, service)
    finance.clock.advance(hours=1)
    await finance.inbox.retry_due()
    assert len(await told(finance)) == 4


async def test_demand_without_a_driver_changes_nothing(finance: ServiceUnderTest) -> None:
    await expected(finance, uuid7(), driver=None, customer_id=str(uuid7()))
    assert (await finance.client.get("/v1/drivers")).json()["items"] == []
