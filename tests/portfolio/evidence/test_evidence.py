"""Evidence kept of other services' facts: what finance posted, allocated and charged, what strategy offers."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    return await services.operational("mail")


async def evidence(portfolio: ServiceUnderTest, service: dict[str, Any]) -> dict[str, Any]:
    answer = await portfolio.client.get(f"/v1/services/{service['id']}/evidence", params=YEAR)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def total(service: dict[str, Any], month: str, amount: str, **changes: Any) -> dict[str, Any]:
    return {
        "service_id": service["id"],
        "cost_object_code": service["code"],
        "period_code": month,
        "period_starts_on": f"{month}-01",
        "nature": "labour",
        "income": False,
        "currency": "CAD",
        "amount": amount,
        **changes,
    }


async def posted(portfolio: ServiceUnderTest, *totals: dict[str, Any]) -> None:
    await portfolio.deliver("finance.cost-posted.v1", {"source": "s", "reference": "r", "totals": list(totals)})


async def charged(
    portfolio: ServiceUnderTest, service: dict[str, Any], run: UUID, amount: str, replaces: UUID | None = None
) -> None:
    line = {"cost_object_code": service["code"], "service_id": service["id"], "amount": amount}
    fact = {
        "charge_run_id": str(run),
        "replaces_charge_run_id": str(replaces) if replaces else None,
        "charge_id": str(uuid4()),
        "mode": "showback",
        "customer_id": str(uuid4()),
        **YEAR,
        "currency": "CAD",
        "total": amount,
        "services": [line],
    }
    await portfolio.deliver("finance.charge-issued.v1", fact)


async def test_of_a_new_service_everything_is_said_to_be_missing_and_nothing_is_zero(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    told = await evidence(portfolio, mail)
    assert [told[part] for part in ("cost", "recovery", "demand", "offerings")] == [None] * 4
    parts = {missing["part"] for missing in told["missing"]}
    assert parts == {"cost", "full_cost", "recovery", "attainment", "demand", "offerings"}


async def test_costs_add_up_by_period_and_income_is_kept_apart(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "100.00"), total(mail, "2025-05", "50.00"))
    await posted(portfolio, total(mail, "2025-04", "-10.00"), total(mail, "2025-04", "-30.00", income=True))
    await posted(portfolio, total(mail, "2026-04", "999.00"))
    cost = (await evidence(portfolio, mail))["cost"]
    assert (cost["cost"], cost["income"], cost["net"]) == ("140.00", "30.00", "110.00")
    assert [(period["starts_on"], period["net"]) for period in cost["periods"]] == [
        ("2025-04-01", "60.00"),
        ("2025-05-01", "50.00"),
    ]


async def test_a_fact_that_comes_twice_counts_once(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    fact = {"source": "s", "reference": "r", "totals": [total(mail, "2025-04", "100.00")]}
    id = uuid4()
    for _ in range(2):
        await portfolio.deliver("finance.cost-posted.v1", fact, id=id, subject=id, sequence=1)
    assert (await evidence(portfolio, mail))["cost"]["cost"] == "100.00"


async def test_cost_posted_before_finance_knew_the_service_is_found_by_its_code(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "70.00", service_id=None))
    assert (await evidence(portfolio, mail))["cost"]["cost"] == "70.00"


async def test_charges_of_one_run_add_up_and_a_later_run_replaces_them(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2025-04", "200.00"))
    first, second = uuid4(), uuid4()
    await charged(portfolio, mail, first, "60.00")
    await charged(portfolio, mail, first, "40.00")
    assert (await evidence(portfolio, mail))["recovery"]["recovered"] == "100.00"
    await charged(portfolio, mail, second, "150.00", replaces=first)
    await charged(portfolio, mail, second, "20.00", replaces=first)
    recovery = (await evidence(portfolio, mail))["recovery"]
    assert (recovery["recovered"], recovery["cost"], recovery["ratio"]) == ("170.00", "200.00", "0.8500")


async def test_an_allocation_of_the_same_range_replaces_the_earlier_one(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    for full in ("130.00", "145.00"):
        line = {"cost_object_code": "mail", "service_id": mail["id"], "direct": "100.00", "given": "0"}
        fact = {
            "allocation_run_id": str(uuid4()),
            "model_code": "full-cost",
            **YEAR,
            "currency": "CAD",
            "cost_in": "30.00",
            "allocated": "30.00",
            "unallocated": "0",
            "objects": [{**line, "received": "30.00", "full": full}],
        }
        await portfolio.deliver("finance.allocation-completed.v1", fact)
        portfolio.clock.advance(minutes=1)
    (shown,) = (await evidence(portfolio, mail))["full_costs"]
    assert (shown["direct"], shown["full_cost"]) == ("100.00", "145.00")


async def test_an_offering_counts_until_it_is_withdrawn(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    id, need = uuid4(), uuid4()
    offering = {"offering_id": str(id), "code": "work", "service_ids": [mail["id"]], "need_ids": [str(need)]}
    launched = {**offering, "name": "Workplace", "launched_on": "2025-06-01"}
    await portfolio.deliver("strategy.offering-launched.v1", launched, subject=id, sequence=1)
    assert (await evidence(portfolio, mail))["offerings"]["count"] == 1
    withdrawn = {**offering, "withdrawn_on": "2026-01-01", "reason": "Replaced."}
    await portfolio.deliver("strategy.offering-withdrawn.v1", withdrawn, subject=id, sequence=2)
    await portfolio.deliver("strategy.offering-launched.v1", launched, subject=id, sequence=1)
    assert (await evidence(portfolio, mail))["offerings"]["count"] == 0
