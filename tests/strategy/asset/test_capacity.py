"""What there is, what is used and what is needed of an asset, month by month; changes are announced to plans."""

import asyncio
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

ENGINEERS = {"kind": "resource", "type": "people", "unit": "days"}


async def hold(steps: Steps, asset: Made, month: str, available: str, **more: str) -> Made:
    return await steps.put(f"/assets/{asset['id']}/capacities/{month}-01", {"available": available, **more})


async def needed(steps: Steps, asset: Made, quantity: str, month: str, **more: Any) -> Made:
    said = {"asset_id": asset["id"], "quantity": quantity, "starts_on": f"{month}-01"}
    return await steps.post("/asset-needs", {**said, **{name: str(value) for name, value in more.items()}})


async def test_limits_show_over_use_and_what_is_free_of_what_is_needed(steps: Steps) -> None:
    engineers = await steps.asset("engineers", **ENGINEERS)
    mail, desk = await steps.service_known("mail"), await steps.drafted("desk", services=[], needs=[])
    await hold(steps, engineers, "2026-04", "100", used="112.5")
    await hold(steps, engineers, "2026-05", "100", used="80")
    await hold(steps, engineers, "2026-06", "20")
    await needed(steps, engineers, "30.5", "2026-04", service_id=mail)
    await needed(steps, engineers, "50", "2026-05", offering_id=desk["id"], ends_on="2026-06-01")
    names = ("starts_on", "ends_on", "over_use", "needed", "free")
    limits = [tuple(it[name] for name in names) for it in (await steps.get("/capacity-limits"))["items"]]
    assert limits == [
        ("2026-04-01", "2026-05-01", "12.5", "30.5", "69.5"),
        ("2026-05-01", "2026-06-01", "0", "80.5", "19.5"),
        ("2026-06-01", "2026-07-01", None, "30.5", "-10.5"),
    ]
    assert await steps.listed("/capacity-limits", "starts_on", over_used="true") == ["2026-04-01"]
    may = await steps.listed("/capacity-limits", "free", starts_on="2026-05-01", ends_on="2026-06-01")
    assert may == ["19.5"]


async def test_only_another_quantity_that_is_available_or_used_is_announced(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    engineers = await steps.asset("engineers", **ENGINEERS)
    await hold(steps, engineers, "2026-12", "100")
    await hold(steps, engineers, "2026-12", "100")
    await hold(steps, engineers, "2026-12", "100", used="90")
    await hold(steps, engineers, "2026-12", "90", used="90")
    first, used, last = await strategy.announced("strategy.capacity-changed.v1")
    assert first.data == {
        "asset_id": engineers["id"],
        "code": "engineers",
        "name": "engineers",
        "kind": "resource",
        "asset_type": "people",
        "unit": "days",
        "starts_on": "2026-12-01",
        "ends_on": "2027-01-01",
        "available": "100",
        "used": None,
    }
    assert (used.data["available"], used.data["used"]) == ("100", "90")
    assert (last.data["available"], last.data["used"], last.sequence) == ("90", "90", 3)
    [limit] = (await steps.get("/capacity-limits"))["items"]
    assert (limit["available"], limit["used"]) == ("90", "90")


async def test_capacities_stated_at_once_leave_one_quantity_and_its_announcement_last(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    engineers = await steps.asset("engineers", **ENGINEERS)
    await asyncio.gather(*(hold(steps, engineers, "2026-04", str(number)) for number in range(1, 6)))
    [limit] = (await steps.get("/capacity-limits"))["items"]
    facts = await strategy.announced("strategy.capacity-changed.v1")
    assert (len(facts), facts[-1].data["available"]) == (5, limit["available"])


async def test_one_need_of_a_service_at_a_time(strategy: ServiceUnderTest, steps: Steps) -> None:
    engineers, mail = await steps.asset("engineers", **ENGINEERS), await steps.service_known("mail")
    first = await needed(steps, engineers, "10", "2026-04", service_id=mail, ends_on="2026-07-01")
    body = {"asset_id": engineers["id"], "service_id": str(mail), "quantity": "5", "starts_on": "2026-06-01"}
    refused = await strategy.client.post("/v1/asset-needs", json=body)
    assert (refused.json()["code"], refused.json()["existing_id"]) == ("strategy.asset-need.overlaps", first["id"])

    async def later() -> int:
        return (await strategy.client.post("/v1/asset-needs", json={**body, "starts_on": "2026-07-01"})).status_code

    assert sorted(await asyncio.gather(*(later() for _ in range(4)))) == [201, 409, 409, 409]
    shorter = await steps.put(f"/asset-needs/{first['id']}", {"quantity": "12", "ends_on": "2026-05-01"}, of=first)
    assert (shorter["quantity"], shorter["ends_on"]) == ("12", "2026-05-01")


@pytest.mark.parametrize("month", ["2026-04-02", "2026-13-01", "2026-04", "0000-01-01"])
async def test_a_month_begins_on_its_first_day(strategy: ServiceUnderTest, steps: Steps, month: str) -> None:
    engineers = await steps.asset("engineers", **ENGINEERS)
    path = f"/v1/assets/{engineers['id']}/capacities/{month}"
    assert (await strategy.client.put(path, json={"available": "1"})).status_code == 422


async def test_what_has_no_unit_has_no_capacity_and_a_unit_in_use_stays(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    process, engineers = await steps.asset("process"), await steps.asset("engineers", **ENGINEERS)
    path = f"/v1/assets/{process['id']}/capacities/2026-04-01"
    refused = await strategy.client.put(path, json={"available": "1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.asset.without-unit")
    await hold(steps, engineers, "2026-04", "1")
    said = {"name": "x", "owner": "y", "weight": "1", "unit": "hours"}
    read = await steps.get(f"/assets/{engineers['id']}")
    headers = {"If-Match": f'"{read["version"]}"'}
    refused = await strategy.client.put(f"/v1/assets/{engineers['id']}", json=said, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.asset.unit-in-use")


async def test_a_need_is_that_of_one_service_or_offering(strategy: ServiceUnderTest, steps: Steps) -> None:
    engineers = await steps.asset("engineers", **ENGINEERS)
    body = {"asset_id": engineers["id"], "quantity": "5", "starts_on": "2026-06-01"}
    refused = await strategy.client.post("/v1/asset-needs", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.asset-need.not-one-in-need")
