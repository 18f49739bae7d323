"""Objectives stand in a tree, are measured, and read again and again without losing what was said before."""

import asyncio
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def read(steps: Steps, measure: Made, day: str, value: str, source: str = "survey") -> Made:
    return await steps.put(f"/measures/{measure['id']}/readings/{day}/{source}", {"value": value})


async def test_objectives_are_found_by_perspective_parent_and_day(steps: Steps) -> None:
    top = await steps.objective("top", perspective="financial", weight="0")
    below = await steps.objective("below", parent_id=top["id"], ends_on="2026-01-01")
    lowest = await steps.objective("lowest", parent_id=below["id"], perspective="Public trust")
    assert await steps.listed("/objectives", "code", below=top["id"]) == ["below", "lowest"]
    assert await steps.listed("/objectives", "code", parent_id=top["id"]) == ["below"]
    assert await steps.listed("/objectives", "code", perspective="Public trust") == ["lowest"]
    assert await steps.listed("/objectives", "code", in_force_on="2025-12-31") == ["below", "lowest", "top"]
    assert await steps.listed("/objectives", "code", in_force_on="2026-01-01") == ["lowest", "top"]
    assert lowest["weight"] == "1"


async def test_two_moves_at_once_close_no_loop(strategy: ServiceUnderTest, steps: Steps) -> None:
    for number in range(4):
        one, other = await steps.objective(f"a{number}"), await steps.objective(f"b{number}")

        async def move(moved: Made, under: Made) -> int:
            body, headers = {"under": under["id"]}, {"If-Match": '"1"'}
            return (
                await strategy.client.post(f"/v1/objectives/{moved['id']}/move", json=body, headers=headers)
            ).status_code

        assert sorted(await asyncio.gather(move(one, other), move(other, one))) == [200, 409]


async def test_progress_is_that_of_the_latest_reading_up_to_the_day(steps: Steps) -> None:
    objective = await steps.objective("a")
    measure = await steps.measure(objective)
    await read(steps, measure, "2025-03-31", "65")
    await read(steps, measure, "2025-12-31", "90")
    path = f"/objectives/{objective['id']}/progress"
    now, then, before = [await steps.get(path, as_of=day) for day in ("2026-01-15", "2025-06-30", "2025-03-30")]
    assert (now["progress"], now["gauge"]) == ("1.500000", "1.000000")
    assert (then["progress"], then["measures"][0]["read_on"]) == ("0.250000", "2025-03-31")
    assert (before["progress"], before["gauge"], before["coverage"]) == (None, None, "0.000000")
    assert (before["measures"][0]["value"], before["measures"][0]["progress"]) == (None, None)


async def test_an_objective_progresses_by_the_weight_of_what_was_measured(steps: Steps) -> None:
    objective, bare = await steps.objective("a"), await steps.objective("b")
    up = await steps.measure(objective, "up", weight="1")
    down = await steps.measure(objective, "down", direction="decrease", baseline="30", target="0", weight="2")
    await steps.measure(objective, "unread", weight="1")
    await read(steps, up, "2026-01-01", "70")
    await read(steps, down, "2026-01-01", "20")
    one, other = (await steps.get("/objective-progress"))["items"]
    assert (one["progress"], one["coverage"]) == ("0.388889", "0.750000")  # (1/2 + 2·1/3) / 3
    assert [it["progress"] for it in one["measures"]] == ["0.333333", None, "0.500000"]
    assert (other["objective_id"], other["progress"], other["coverage"]) == (bare["id"], None, None)


async def test_the_same_reading_again_changes_nothing_and_another_corrects_it(steps: Steps) -> None:
    objective = await steps.objective("a")
    measure = await steps.measure(objective)
    first, again = [await read(steps, measure, "2026-01-10", "70") for _ in range(2)]
    assert first == again
    assert (await read(steps, measure, "2026-01-10", "75"))["revision"] == 2
    await read(steps, measure, "2026-01-10", "61", source="audit")
    path = f"/measures/{measure['id']}/readings"
    current = [(it["source"], it["value"]) for it in (await steps.get(path))["items"]]
    assert current == [("audit", "61"), ("survey", "75")]
    assert await steps.listed(path, "value", corrected="true", source="survey") == ["70", "75"]
    page = await steps.get(path, corrected="true", limit=2)
    assert [it["value"] for it in page["items"]] == ["61", "70"]
    rest = await steps.get(path, corrected="true", limit=2, cursor=page["next_cursor"])
    assert [it["value"] for it in rest["items"]] == ["75"]


async def test_corrections_at_one_moment_are_all_kept_in_some_order(steps: Steps) -> None:
    measure = await steps.measure(await steps.objective("a"))
    await asyncio.gather(*(read(steps, measure, "2026-01-10", str(value)) for value in range(61, 66)))
    path = f"/measures/{measure['id']}/readings"
    assert await steps.listed(path, "revision", corrected="true") == [1, 2, 3, 4, 5]
    assert len(await steps.listed(path, "value")) == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"target": "60"}, "strategy.measure.nothing-to-reach"),
        ({"target": "50"}, "strategy.measure.other-direction"),
        ({"direction": "decrease"}, "strategy.measure.other-direction"),
        ({"weight": "0"}, "request.invalid"),
        ({"baseline": "1e9"}, "request.invalid"),
        ({"baseline": 60}, "request.invalid"),
        ({"target": "NaN"}, "request.invalid"),
    ],
)
async def test_a_measure_that_leads_nowhere_is_refused(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any], code: str
) -> None:
    objective = await steps.objective("a")
    way = {"name": "x", "unit": "%", "direction": "increase", "baseline": "60", "target": "80", "weight": "1", **bad}
    refused = await strategy.client.post(f"/v1/objectives/{objective['id']}/measures", json=way)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_the_future_is_not_read_and_an_objective_does_not_end_before_it_starts(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    measure = await steps.measure(await steps.objective("a"))
    refused = await strategy.client.put(f"/v1/measures/{measure['id']}/readings/2026-01-16/x", json={"value": "1"})
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.measure.in-the-future")
    said = {"code": "b", "name": "b", "perspective": "x", "owner": "y", "weight": "1"}
    ends = {"starts_on": "2026-01-01", "ends_on": "2026-01-01"}
    refused = await strategy.client.post("/v1/objectives", json={**said, **ends})
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.objective.ends-before-it-starts")


async def test_a_measure_is_changed_at_its_version_and_judges_anew_what_was_read(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    objective = await steps.objective("a")
    measure = await steps.measure(objective)
    await read(steps, measure, "2026-01-10", "70")
    body = {"name": "Answered", "unit": "percent", "direction": "increase", "baseline": "60", "target": "100"}
    changed = await steps.put(f"/measures/{measure['id']}", {**body, "weight": "1"}, of=measure)
    assert changed["version"] == 2
    assert (await steps.get(f"/objectives/{objective['id']}/progress"))["progress"] == "0.250000"
    twin = await strategy.client.post(f"/v1/objectives/{objective['id']}/measures", json={**body, "weight": "1"})
    assert (twin.status_code, twin.json()["code"]) == (409, "strategy.measure.name-taken")


async def test_an_objective_has_a_hundred_measures_at_most_however_many_ask_at_once(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    objective = await steps.objective("a")
    for number in range(98):
        await steps.measure(objective, f"m{number}")
    way = {"unit": "%", "direction": "increase", "baseline": "60", "target": "80", "weight": "1"}
    path = f"/v1/objectives/{objective['id']}/measures"
    asked = (strategy.client.post(path, json={"name": f"n{number}", **way}) for number in range(4))
    assert sorted(answer.status_code for answer in await asyncio.gather(*asked)) == [201, 201, 409, 409]
