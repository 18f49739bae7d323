"""Demand patterns over HTTP: counted month by month, taken apart, forecast, and told to the other services."""

import asyncio
from typing import Any

import httpx
import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

CSV = {"content-type": "text/csv"}


async def pattern(steps: Steps, code: str = "calls", **more: Any) -> Made:
    if "service_id" not in more and "need_id" not in more:
        more["service_id"] = str(await steps.service_known(f"service-of-{code}"))
    return await steps.post("/demand-patterns", {"code": code, "name": code, "unit": "calls", **more})


async def imported(strategy: ServiceUnderTest, *rows: str) -> Made:
    body = "\n".join(["pattern,month,quantity", *rows]) + "\n"
    answer = await strategy.client.post("/v1/demand-volume-imports", content=body.encode(), headers=CSV)
    assert answer.is_success, answer.text
    result: Made = answer.json()
    return result


def months(first_year: int, quantities: list[int], code: str = "calls") -> list[str]:
    return [f"{code},{first_year + at // 12}-{at % 12 + 1:02}-01,{quantity}" for at, quantity in enumerate(quantities)]


async def forecast(steps: Steps, of: Made, **more: Any) -> Made:
    return await steps.post(f"/demand-patterns/{of['id']}/forecasts", more)


async def test_volumes_come_by_file_and_the_same_file_changes_nothing(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await pattern(steps)
    rows = months(2025, [5, 6, 7])
    first, again = await imported(strategy, *rows), await imported(strategy, *rows)
    assert [(it["created"], it["changed"], it["unchanged"]) for it in (first, again)] == [(3, 0, 0), (0, 0, 3)]
    corrected = await imported(strategy, "calls,2025-02-01,60", "calls,2025-02-01,61")
    assert (corrected["changed"], corrected["rejected"]) == (2, 0)
    assert await steps.listed(f"/demand-patterns/{made['id']}/volumes", "quantity") == ["5", "61", "7"]


async def test_rows_that_cannot_be_volumes_are_refused_with_a_reason(strategy: ServiceUnderTest, steps: Steps) -> None:
    await pattern(steps)
    rows = [
        "nobody,2025-01-01,1",
        "calls,2025-01-02,1",
        "calls,2026-01-01,1",  # the month has not ended
        "calls,2025-01-01,-1",
        "calls,2025-01-01,1e99",
        "calls,2025-01-01,9999999999999999",
    ]
    result = await imported(strategy, *rows)
    assert (result["accepted"], result["rejected"]) == (0, 6)
    assert [it["column"] for it in result["rejections"]] == ["pattern", "month", "month", *["quantity"] * 3]


async def test_one_volume_can_be_stated_and_corrected(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await pattern(steps)
    path = f"/v1/demand-patterns/{made['id']}/volumes"
    for quantity in ("10", "12.5"):
        assert (await strategy.client.put(f"{path}/2025-06-01", json={"quantity": quantity})).is_success
    assert await steps.listed(f"/demand-patterns/{made['id']}/volumes", "quantity") == ["12.5"]
    refused = await strategy.client.put(f"{path}/2025-06-02", json={"quantity": "1"})
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.demand-pattern.not-a-month")


async def test_a_forecast_states_its_method_and_error_and_is_announced(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    customer = await steps.customer("a")
    made = await pattern(steps, customer_id=customer["id"], driver="calls")
    await imported(strategy, *months(2025, [1, 2, 3, 4, 5, 6, 7, 8]))
    told = await forecast(steps, made, months=2)
    assert (told["method"], told["mean_absolute_error"], told["naive_error"]) == ("linear", "0.000000", "1.500000")
    assert (told["history_starts_on"], told["history_months"], told["held_out_months"]) == ("2025-01-01", 8, 2)
    assert told["volumes"] == [
        {"month": "2025-09-01", "quantity": "9.000000"},
        {"month": "2025-10-01", "quantity": "10.000000"},
    ]
    [fact] = await strategy.announced("strategy.demand-forecast.v1")
    said = fact.data
    assert (said["driver"], said["customer_id"], said["service_id"]) == ("calls", customer["id"], made["service_id"])
    assert said["observed"][0] == {"month": "2025-01-01", "quantity": "1"}
    assert (len(said["observed"]), said["expected"]) == (8, told["volumes"])


async def test_months_before_a_gap_are_not_used_and_a_gap_is_not_zero(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await pattern(steps)
    await imported(strategy, *months(2024, [900, 900, 900]), *months(2025, [4, 5, 6]))
    told = await forecast(steps, made, months=1, method="linear")
    assert (told["history_starts_on"], told["history_months"]) == ("2025-01-01", 3)
    assert told["volumes"][0]["quantity"] == "7.000000"
    assert told["mean_absolute_error"] is None


async def test_every_forecast_is_kept_in_order_also_at_one_moment(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await pattern(steps)
    await imported(strategy, *months(2025, [4, 5, 6]))
    await asyncio.gather(*(forecast(steps, made, months=n) for n in (1, 2, 3)))
    kept = await steps.get(f"/demand-patterns/{made['id']}/forecasts", sort="-number")
    assert [item["number"] for item in kept["items"]] == [3, 2, 1]
    assert sorted(len(item["volumes"]) for item in kept["items"]) == [1, 2, 3]


async def test_a_method_that_needs_more_months_is_refused(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await pattern(steps)
    path = f"/v1/demand-patterns/{made['id']}"
    answers = [await strategy.client.post(f"{path}/forecasts", json={"months": 1})]
    await imported(strategy, *months(2024, list(range(23))))
    answers += [
        await strategy.client.post(f"{path}/forecasts", json={"months": 1, "method": "seasonal_linear"}),
        await strategy.client.get(f"{path}/decomposition"),
    ]
    for answer, known in zip(answers, (0, 23, 23), strict=True):
        assert (answer.status_code, answer.json()["code"]) == (409, "strategy.demand-pattern.too-short")
        assert answer.json()["months"] == known


async def test_a_year_and_a_half_of_line_and_season_is_shown_apart(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await pattern(steps)
    season = [6, 0, 0, 0, 0, 0, -6, 0, 0, 0, 0, 0]
    await imported(strategy, *months(2023, [10 + 2 * at + season[at % 12] for at in range(30)]))
    parts = (await steps.get(f"/demand-patterns/{made['id']}/decomposition"))["months"]
    assert parts[0] == {
        "month": "2023-01-01",
        "quantity": "16",
        "trend": None,
        "season": "6.000000",
        "remainder": None,
    }
    assert parts[12]["trend"] == "34.000000"
    assert (parts[12]["season"], parts[12]["remainder"]) == ("6.000000", "0.000000")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"service_id": None}, "strategy.demand-pattern.not-one-subject"),
        ({"service_id": "known", "need_id": "known"}, "strategy.demand-pattern.not-one-subject"),
        ({"customer_id": "known", "segment_id": "known"}, "strategy.demand-pattern.not-one-subject"),
        ({"service_id": None, "need_id": "known", "driver": "calls"}, "strategy.demand-pattern.nobody-to-drive"),
    ],
)
async def test_a_pattern_is_about_one_thing_of_one_asker(
    strategy: ServiceUnderTest, steps: Steps, bad: Made, code: str
) -> None:
    customer, space = await steps.customer("a"), await steps.space("s")
    few = {"code": "few", "name": "Few", "market_space_id": space["id"], "basis": "list"}
    known = {
        "service_id": str(await steps.service_known("mail")),
        "need_id": (await steps.need(customer))["id"],
        "customer_id": customer["id"],
        "segment_id": (await steps.post("/segments", few))["id"],
    }
    asked = {name: known[name] if value == "known" else value for name, value in bad.items()}
    body = {"code": "c", "name": "C", "unit": "calls", "service_id": known["service_id"], **asked}
    refused = await strategy.client.post("/v1/demand-patterns", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert await steps.listed("/demand-patterns", "id") == []


async def test_what_a_pattern_names_must_exist(strategy: ServiceUnderTest, steps: Steps) -> None:
    body = {"code": "c", "name": "C", "unit": "calls"}
    for name in ("service_id", "need_id"):
        answer = await strategy.client.post("/v1/demand-patterns", json={**body, name: str(uuid7())})
        assert answer.status_code == 404
    service = str(await steps.service_known("mail"))
    for name in ("customer_id", "segment_id"):
        answer = await strategy.client.post(
            "/v1/demand-patterns", json={**body, "service_id": service, name: str(uuid7())}
        )
        assert answer.status_code == 404


async def test_one_pattern_gives_a_driver_its_quantities_of_one_target(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    service = str(await steps.service_known("mail"))
    await pattern(steps, "one", service_id=service, driver="calls")
    body = {"code": "two", "name": "Two", "unit": "calls", "service_id": service, "driver": "calls"}
    refused = await strategy.client.post("/v1/demand-patterns", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.demand-pattern.driver-taken")
    two = await steps.post("/demand-patterns", {**body, "driver": None})
    path, headers = f"/v1/demand-patterns/{two['id']}", {"If-Match": '"1"'}
    answer = await strategy.client.put(path, json={"name": "Two", "driver": "calls"}, headers=headers)
    assert answer.json()["code"] == "strategy.demand-pattern.driver-taken"
    assert (await strategy.client.put(path, json={"name": "Two", "driver": "mails"}, headers=headers)).is_success
    assert await steps.listed("/demand-patterns", "code", driver="mails") == ["two"]
    double: httpx.Response = await strategy.client.post("/v1/demand-patterns", json={**body, "driver": None})
    assert double.json()["code"] == "strategy.demand-pattern.code-taken"


async def test_the_patterns_of_a_merged_customer_go_to_its_survivor(strategy: ServiceUnderTest, steps: Steps) -> None:
    old, new = await steps.customer("old"), await steps.customer("new")
    service = str(await steps.service_known("mail"))
    for code, customer, driver in (("a", old, "calls"), ("b", new, "calls"), ("c", old, "mails"), ("d", old, None)):
        await pattern(steps, code, service_id=service, customer_id=customer["id"], driver=driver)
    old = await steps.get(f"/customers/{old['id']}")
    await steps.post(f"/customers/{old['id']}/merge", {"survivor_id": new["id"]}, of=old)
    moved = (await steps.get("/demand-patterns", customer_id=new["id"]))["items"]
    assert [(it["code"], it["driver"]) for it in moved] == [("a", None), ("b", "calls"), ("c", "mails"), ("d", None)]
    await imported(strategy, "c,2025-01-01,3")
    await forecast(steps, moved[2], months=1)
    [fact] = await strategy.announced("strategy.demand-forecast.v1")
    assert fact.data["customer_id"] == new["id"]
