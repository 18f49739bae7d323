"""What strategy says of demand and coverage is kept as evidence, the newest of each."""

from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest


def volumes(year: int, *quantities: str) -> list[dict[str, str]]:
    return [{"month": f"{year}-{at + 1:02}-01", "quantity": quantity} for at, quantity in enumerate(quantities)]


async def expected(portfolio: ServiceUnderTest, pattern: UUID, service: str, *, sequence: int, **said: Any) -> None:
    told = {
        "demand_pattern_id": str(pattern),
        "code": "calls",
        "name": "Calls",
        "unit": "calls",
        "service_id": service,
        "need_id": None,
        "customer_id": None,
        "segment_id": None,
        "driver": None,
        "made_on": "2026-01-15",
        "method": "linear",
        "mean_absolute_error": "1.5",
        "observed": volumes(2025, "1000", "30", "50"),
        "expected": volumes(2026, "60", "60"),
    }
    fact = {**told, **said}
    await portfolio.deliver("strategy.demand-forecast.v1", fact, subject=pattern, sequence=sequence)


async def judged(portfolio: ServiceUnderTest, row: UUID, subject: str, sequence: int, **said: Any) -> None:
    told = {
        "subject_kind": "need",
        "subject_id": subject,
        "label": "Answers within a day",
        "service_kind": None,
        "coverage_class": "white_space",
        "before": None,
        "offerings": 0,
        "weight": 13,
        "changed_on": "2026-01-15",
    }
    fact = {**told, **said}
    await portfolio.deliver("strategy.coverage-changed.v1", fact, subject=row, sequence=sequence)


async def listed(portfolio: ServiceUnderTest, path: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await portfolio.client.get(f"/v1/{path}", params=query)).json()["items"]
    return items


async def test_the_latest_forecast_of_a_pattern_is_the_demand_that_is_known(portfolio: ServiceUnderTest) -> None:
    pattern, service = uuid7(), str(uuid7())
    await expected(portfolio, pattern, service, sequence=2)
    await expected(portfolio, pattern, service, sequence=1, name="Older", expected=[])
    [known] = await listed(portfolio, "known-demands", service_id=service)
    assert (known["name"], known["method"], known["mean_absolute_error"]) == ("Calls", "linear", "1.5")
    assert known["expected"] == volumes(2026, "60", "60")
    assert known["change"] == "0.5000"  # from 30 + 50 to 60 + 60, two months of each
    assert await listed(portfolio, "known-demands", service_id=str(uuid7())) == []


async def test_demand_that_was_never_counted_has_no_change(portfolio: ServiceUnderTest) -> None:
    await expected(portfolio, uuid7(), str(uuid7()), sequence=1, observed=[])
    [known] = await listed(portfolio, "known-demands")
    assert known["change"] is None


async def test_the_latest_class_of_a_need_is_the_one_that_is_known(portfolio: ServiceUnderTest) -> None:
    row, need = uuid7(), str(uuid7())
    await judged(portfolio, row, need, 2, coverage_class="overlap", before="served", offerings=2, weight=8)
    await judged(portfolio, row, need, 1)
    [known] = await listed(portfolio, "known-coverages", subject_id=need)
    assert (known["coverage_class"], known["before"], known["offerings"], known["weight"]) == (
        "overlap",
        "served",
        2,
        8,
    )
    assert await listed(portfolio, "known-coverages", coverage_class="white_space") == []
    assert len(await listed(portfolio, "known-coverages", subject_kind="need")) == 1
