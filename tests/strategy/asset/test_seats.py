"""Seats are counted once: per contract, and however many services sit on the same ones."""

import asyncio
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.testing import ServiceUnderTest
from strategy.asset.entitlement import SeatAllocation, taken
from tests.strategy.conftest import Made, Steps


def sitting(seats: int, *, shared: bool) -> SeatAllocation:
    return SeatAllocation(seats=seats, shared=shared)


def test_own_seats_add_up_and_shared_ones_count_once() -> None:
    assert taken([sitting(10, shared=False), sitting(5, shared=False)]) == 15
    assert taken([sitting(10, shared=True), sitting(5, shared=True)]) == 10
    assert taken([sitting(10, shared=True), sitting(5, shared=False), sitting(8, shared=True)]) == 15
    assert taken([]) == 0


@given(st.lists(st.tuples(st.integers(1, 100), st.booleans()), max_size=8))
def test_sharing_never_takes_more_seats_than_owning(allocated: list[tuple[int, bool]]) -> None:
    sitters = [sitting(seats, shared=shared) for seats, shared in allocated]
    assert taken(sitters) <= sum(seats for seats, _ in allocated)
    assert taken(sitters) >= max((seats for seats, _ in allocated), default=0)


async def suite(steps: Steps) -> Made:
    return await steps.asset("suite", kind="resource", type="applications", unit="seats")


async def acquired(steps: Steps, asset: Made, reference: str, seats: int, **more: Any) -> Made:
    body = {"reference": reference, "seats": seats, "starts_on": "2025-04-01", **more}
    return await steps.post(f"/assets/{asset['id']}/entitlements", body)


async def allocate(strategy: ServiceUnderTest, right: Made, service: UUID, seats: int, *, shared: bool = False) -> int:
    path = f"/v1/entitlements/{right['id']}/allocations/{service}"
    return (await strategy.client.put(path, json={"seats": seats, "shared": shared})).status_code


async def test_an_entitlement_counts_once_when_several_services_use_it(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    asset, services = await suite(steps), [await steps.service_known(code) for code in ("mail", "chat", "desk")]
    first, second = await acquired(steps, asset, "EA-1", 100), await acquired(steps, asset, "EA-2", 50)
    await acquired(steps, asset, "EA-0", 999, ends_on="2026-01-01")
    for service in services:
        assert await allocate(strategy, first, service, 60, shared=True) == 200
    assert await allocate(strategy, second, services[0], 20) == 200
    seen = await steps.get(f"/assets/{asset['id']}/seats")
    assert {name: seen[name] for name in ("entitlements", "seats", "allocated", "free", "services")} == {
        "entitlements": 2,
        "seats": 150,
        "allocated": 80,
        "free": 70,
        "services": 3,
    }
    assert (await steps.get(f"/assets/{asset['id']}/seats", on="2025-12-31"))["seats"] == 1149


async def test_the_same_contract_is_not_counted_twice(strategy: ServiceUnderTest, steps: Steps) -> None:
    asset = await suite(steps)
    await acquired(steps, asset, "EA-1", 100)
    path = f"/v1/assets/{(await steps.asset('other'))['id']}/entitlements"
    again = await strategy.client.post(path, json={"reference": "EA-1", "seats": 100, "starts_on": "2025-04-01"})
    assert (again.status_code, again.json()["code"]) == (409, "strategy.entitlement.reference-taken")
    assert (await steps.get(f"/assets/{asset['id']}/seats"))["seats"] == 100


async def test_no_more_seats_are_allocated_than_there_are(strategy: ServiceUnderTest, steps: Steps) -> None:
    asset, mail, chat = await suite(steps), await steps.service_known("mail"), await steps.service_known("chat")
    right = await acquired(steps, asset, "EA-1", 100)
    assert await allocate(strategy, right, mail, 70) == 200
    assert await allocate(strategy, right, chat, 31) == 409
    assert await allocate(strategy, right, mail, 69) == 200
    assert await allocate(strategy, right, chat, 31, shared=True) == 200
    body, headers = {"seats": 99, "starts_on": "2025-04-01"}, {"If-Match": f'"{right["version"]}"'}
    fewer = await strategy.client.put(f"/v1/entitlements/{right['id']}", json=body, headers=headers)
    assert (fewer.status_code, fewer.json()["allocated"]) == (409, 100)
    released = await strategy.client.delete(f"/v1/entitlements/{right['id']}/allocations/{mail}")
    assert released.status_code == 204
    assert await steps.listed(f"/entitlements/{right['id']}/allocations", "seats") == [31]


async def test_services_that_ask_at_one_moment_do_not_share_a_seat_unknowingly(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    asset = await suite(steps)
    right = await acquired(steps, asset, "EA-1", 100)
    services = [await steps.service_known(f"s{number}") for number in range(5)]
    answers = await asyncio.gather(*(allocate(strategy, right, service, 40) for service in services))
    assert sorted(answers) == [200, 200, 409, 409, 409]
    assert (await steps.get(f"/assets/{asset['id']}/seats"))["allocated"] == 80
