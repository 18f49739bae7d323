"""Milestones slip and say why, wait for one another without a loop, and show where there is no slack."""

import asyncio
from typing import Any

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.initiative.test_critical_path import DURATIONS, NEEDS


async def milestone(steps: Steps, initiative: Made, code: str, days: int = 5, **more: Any) -> Made:
    body = {"code": code, "name": code, "duration_days": days, "planned_on": "2026-06-30", **more}
    return await steps.post(f"/initiatives/{initiative['id']}/milestones", body)


async def need(strategy: ServiceUnderTest, one: Made, other: Made) -> int:
    body = {"milestone_id": one["id"], "needs_id": other["id"]}
    return (await strategy.client.post("/v1/milestone-dependencies", json=body)).status_code


async def wait(strategy: ServiceUnderTest, one: Made, other: Made) -> int:
    body = {"initiative_id": one["id"], "needs_id": other["id"]}
    return (await strategy.client.post("/v1/initiative-dependencies", json=body)).status_code


async def test_slips_are_counted_from_the_plan_and_every_date_is_kept(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await steps.initiative("portal")
    pilot = await milestone(steps, initiative, "pilot", planned_on="2026-01-10")
    assert pilot["slip_days"] is None
    path = f"/milestones/{pilot['id']}/dates"
    late = {"planned_on": "2026-01-10", "forecast_on": "2026-01-20", "reason": "The supplier is late."}
    seen = await steps.put(path, late, of=pilot)
    assert seen["slip_days"] == 10
    assert await steps.listed("/milestones", "code", slipped="true") == ["pilot"]
    seen = await steps.put(path, {**late, "actual_on": "2026-01-09", "reason": "Done."}, of=seen)
    assert seen["slip_days"] == -1
    assert await steps.listed("/milestones", "code", slipped="true") == []
    assert await steps.listed("/milestones", "code", reached="true") == ["pilot"]
    history = [(it["forecast_on"], it["actual_on"], it["reason"]) for it in (await steps.get(path))["items"]]
    assert history == [
        (None, None, "Planned."),
        ("2026-01-20", None, "The supplier is late."),
        ("2026-01-20", "2026-01-09", "Done."),
    ]
    future = {**late, "actual_on": "2026-01-16", "reason": "Soon."}
    headers = {"If-Match": f'"{seen["version"]}"'}
    answer = await strategy.client.put(f"/v1{path}", json=future, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "strategy.milestone.in-the-future")


async def test_the_critical_path_is_the_one_worked_out_by_hand_with_its_days(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    initiative, other = await steps.initiative("portal", starts_on="2026-02-01"), await steps.initiative("other")
    made = {code: await milestone(steps, initiative, code, days) for code, days in DURATIONS.items()}
    for one, needed in NEEDS:
        assert await need(strategy, made[one], made[needed]) == 201
    elsewhere = await milestone(steps, other, "elsewhere", 100)
    assert await need(strategy, made["H"], elsewhere) == 201
    path = await steps.get(f"/initiatives/{initiative['id']}/critical-path")
    assert (path["length_days"], path["ends_on"], path["critical"]) == (16, "2026-02-17", ["A", "C", "E", "G", "H"])
    assert path["awaited"] == [elsewhere["id"]]
    slack = {it["code"]: (it["total_slack"], it["free_slack"], it["latest_finish_on"]) for it in path["milestones"]}
    assert (slack["B"], slack["F"]) == ((1, 0, "2026-02-06"), (5, 5, "2026-02-15"))


async def test_no_milestone_waits_for_itself_not_even_by_way_of_other_initiatives(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    one, other = await steps.initiative("one"), await steps.initiative("other")
    a, b = await milestone(steps, one, "a"), await milestone(steps, one, "b")
    far = await milestone(steps, other, "far")
    assert await need(strategy, a, a) == 409
    assert await need(strategy, b, a) == 201
    assert await need(strategy, b, a) == 409
    assert await need(strategy, far, b) == 201
    assert await need(strategy, a, far) == 409
    # The end of `one` waits for all its milestones, so `other` may wait for it, but not the other way round.
    assert await wait(strategy, one, other) == 409
    assert await wait(strategy, one, one) == 409
    assert await wait(strategy, other, one) == 201
    assert await need(strategy, a, await milestone(steps, other, "later")) == 409


async def test_dependencies_declared_at_once_from_both_ends_close_no_loop(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    one, other = await steps.initiative("one"), await steps.initiative("other")
    for number in range(4):
        a, b = await milestone(steps, one, f"a{number}"), await milestone(steps, one, f"b{number}")
        assert sorted(await asyncio.gather(need(strategy, a, b), need(strategy, b, a))) == [201, 409]
    assert sorted(await asyncio.gather(wait(strategy, one, other), wait(strategy, other, one))) == [201, 409]


async def test_a_ring_of_milestones_declared_at_once_stays_open(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await steps.initiative("one")
    ring = [await milestone(steps, initiative, f"m{number}") for number in range(5)]
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    assert sorted(await asyncio.gather(*(need(strategy, *pair) for pair in pairs))) == [201, 201, 201, 201, 409]
    assert (await steps.get(f"/initiatives/{initiative['id']}/critical-path"))["length_days"] == 25


async def test_a_removed_dependency_lets_the_other_way_be_declared(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await steps.initiative("one")
    a, b = await milestone(steps, initiative, "a"), await milestone(steps, initiative, "b")
    made = await steps.post("/milestone-dependencies", {"milestone_id": a["id"], "needs_id": b["id"]})
    assert await steps.listed("/milestone-dependencies", "id", initiative_id=initiative["id"]) == [made["id"]]
    gone = await strategy.client.delete(f"/v1/milestone-dependencies/{made['id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    assert await need(strategy, b, a) == 201
